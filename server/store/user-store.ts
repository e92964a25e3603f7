import type { Challenge } from "../challenge/challenge.js";
import type { Contacts } from "../challenge/contacts.js";
import type { Instant } from "../clock.js";
import type { History } from "../risk/history.js";

/** What is kept of a user. */
export interface User {
  readonly userKey: string;
  readonly version: number;
  readonly firstSeenAt: Instant;
  readonly history: History;
  readonly contacts: Contacts;
}

/** What is known of users. */
export interface UserStore {
  find(projectId: string, userKey: string): Promise<User | undefined>;
  /** The first of these keys under which there is a user. */
  firstKnown(projectId: string, userKeys: readonly string[]): Promise<string | undefined>;
  /** Replaces the history while the row still has the version that was read; answers false otherwise. */
  putHistory(projectId: string, user: User, history: History): Promise<boolean>;
  /** The user's newest challenges, newest first. */
  challenges(projectId: string, userKey: string, limit: number): Promise<readonly Challenge[]>;
  /**
   * Erases the user with all evaluations, challenges and devices, and the entries of lists that name the user or one of these devices; to other
   * users of such a device it is new once. Answers false when there was nothing.
   */
  erase(projectId: string, userKey: string): Promise<boolean>;
}
