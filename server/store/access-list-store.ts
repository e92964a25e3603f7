import type { Instant } from "../clock.js";
import type { AccessEntry, ListName } from "../risk/access-list.js";
import type { Page, PageQuery } from "./evaluation-store.js";

/** The allow, deny and watch lists of projects. Each change raises the `listsRevision` of the project. */
export interface AccessListStore {
  /**
   * Adds an entry; where the list has one of the same kind and value, that one takes over comment and expiry and keeps its id. Removes what
   * has expired. Answers the entry as it is kept, or undefined where the project has `limit` entries already.
   */
  put(projectId: string, entry: AccessEntry, limit: number): Promise<AccessEntry | undefined>;
  /** Answers false where there is no such entry. */
  remove(projectId: string, entryId: string): Promise<boolean>;
  /** Removes by what it is; answers false where there is none. */
  removeValue(projectId: string, entry: Pick<AccessEntry, "list" | "kind" | "value">): Promise<boolean>;
  /** All entries that are in force at an instant. */
  all(projectId: string, now: Instant): Promise<readonly AccessEntry[]>;
  /** Those in force, newest first. */
  page(
    projectId: string,
    query: PageQuery & { readonly list: ListName | undefined },
    now: Instant,
  ): Promise<Page<AccessEntry>>;
}
