import type { Clock, Instant } from "../clock.js";
import { AppError, invalidFields } from "../errors.js";
import { newId } from "../ids.js";
import { type AccessEntry, canonicalValue, type ListName, wantedValue } from "../risk/access-list.js";
import type { ListedKind } from "../risk/policy/subject.js";
import type { AccessListStore } from "../store/access-list-store.js";
import type { Page, PageQuery } from "../store/evaluation-store.js";
import type { Project } from "../store/project-store.js";

/** Most entries of one project; each server keeps them in memory. */
const maxEntries = 10_000;

/** What a caller says of an entry. */
export interface NewEntry {
  readonly list: ListName;
  readonly kind: ListedKind;
  readonly value: string;
  readonly comment: string;
  readonly expiresAt: Instant | undefined;
}

/** What a project does with its lists. */
export interface AccessListing {
  /** Adds an entry, or renews the one that is there. Throws `invalid_field`, `limit_reached`. */
  put(project: Project, entry: NewEntry): Promise<AccessEntry>;
  /** Throws `list_entry_not_found`. */
  remove(project: Project, entryId: string): Promise<void>;
  /** The same, by what it is. Throws `invalid_field`, `list_entry_not_found`. */
  removeValue(project: Project, entry: Pick<NewEntry, "list" | "kind" | "value">): Promise<void>;
  /** Those in force, newest first. */
  page(
    project: Project,
    query: PageQuery & { readonly list: ListName | undefined },
  ): Promise<Page<AccessEntry>>;
}

/** Makes the service of lists. */
export function createAccessListing({
  clock,
  lists,
}: {
  clock: Clock;
  lists: AccessListStore;
}): AccessListing {
  return {
    async put({ projectId }, { list, kind, value, comment, expiresAt }) {
      const now = clock.now();
      if (expiresAt !== undefined && expiresAt <= now)
        throw invalidFields([{ field: "expires_at", description: "must lie in the future" }]);
      const kept = await lists.put(
        projectId,
        {
          entryId: newId(now),
          list,
          kind,
          value: canonical(kind, value),
          comment,
          createdAt: now,
          expiresAt,
        },
        maxEntries,
      );
      if (kept === undefined) {
        throw new AppError("limit_reached", `A project's lists hold at most ${maxEntries} entries in all.`, {
          metadata: { limit: String(maxEntries) },
        });
      }
      return kept;
    },

    async remove({ projectId }, entryId) {
      if (!(await lists.remove(projectId, entryId))) throw notThere();
    },

    async removeValue({ projectId }, { list, kind, value }) {
      if (!(await lists.removeValue(projectId, { list, kind, value: canonical(kind, value) })))
        throw notThere();
    },

    page: ({ projectId }, query) => lists.page(projectId, query, clock.now()),
  };
}

function canonical(kind: ListedKind, value: string): string {
  const found = canonicalValue(kind, value);
  if (found === undefined)
    throw invalidFields([{ field: "value", description: `must be ${wantedValue(kind)}` }]);
  return found;
}

function notThere(): AppError {
  return new AppError("list_entry_not_found", "The project's lists have no such entry.");
}
