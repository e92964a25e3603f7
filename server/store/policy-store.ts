import type { Instant } from "../clock.js";
import type { Page, PageQuery } from "./evaluation-store.js";

/** One version of a project's policy; never changed. */
export interface PolicyVersion {
  /** 1, 2, 3, … within the project. */
  readonly version: number;
  /** The file, as it was put. */
  readonly source: string;
  readonly createdAt: Instant;
}

/** The policies of projects, and which of them is in force. */
export interface PolicyStore {
  /**
   * Keeps a file as the project's next version. Answers the version that holds the very same file where there is one, and undefined where
   * the project has `limit` versions already.
   */
  put(projectId: string, source: string, now: Instant, limit: number): Promise<PolicyVersion | undefined>;
  find(projectId: string, version: number): Promise<PolicyVersion | undefined>;
  /** Newest first. */
  list(projectId: string, query: PageQuery): Promise<Page<PolicyVersion>>;
  /** Which version is in force; 0 is the shipped default. */
  active(projectId: string): Promise<number>;
  /** Puts a version in force, 0 for the shipped default. Answers false, and changes nothing, where there is no such version. */
  activate(projectId: string, version: number, now: Instant): Promise<boolean>;
  /** Puts the version in force that the present one replaced, and answers it; undefined where it replaced none. */
  rollback(projectId: string, now: Instant): Promise<number | undefined>;
}
