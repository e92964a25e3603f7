import type { Contacts } from "../challenge/contacts.js";
import type { Instant } from "../clock.js";
import type { History } from "../risk/history.js";
import type { DeviceChange } from "./evaluation-store.js";

/** A user's row after some imported logins. */
export interface ImportedUser {
  readonly userKey: string;
  /** Version of the row that they were learnt on, 0 where there was none. */
  readonly expectedVersion: number;
  readonly history: History;
  readonly contacts: Contacts;
  /** The first and the last of the logins. */
  readonly firstAt: Instant;
  readonly lastAt: Instant;
}

/** Some logins of a file, learnt. */
export interface ImportChunk {
  readonly projectId: string;
  /** SHA-256 of the file. */
  readonly fileHash: Uint8Array;
  /** How many logins of the file were learnt before these, and with them. */
  readonly from: number;
  readonly to: number;
  readonly users: readonly ImportedUser[];
  /** In their order; several of one device follow from each other. */
  readonly devices: readonly (DeviceChange & { readonly at: Instant })[];
  readonly now: Instant;
}

/** Imports of files of logins, and how far each has come. */
export interface ImportStore {
  /** Begins the import of a file, or finds it begun: how many of its logins are learnt. */
  begin(projectId: string, fileHash: Uint8Array, now: Instant): Promise<number>;
  /**
   * Keeps a chunk as a whole, with how far the import has come. `conflict`: a user or fingerprint changed since it was read, nothing was kept, and
   * the caller must read and learn again. `overtaken`: the import is not at `from`; another process learns the same file.
   */
  keep(chunk: ImportChunk): Promise<"kept" | "conflict" | "overtaken">;
}
