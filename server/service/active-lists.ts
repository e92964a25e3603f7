import type { Clock } from "../clock.js";
import { type AccessLists, createAccessLists } from "../risk/access-list.js";
import type { AccessListStore } from "../store/access-list-store.js";
import type { Project } from "../store/project-store.js";

/** The lists that attempts are looked up in. */
export interface ActiveLists {
  /**
   * A project's lists as of the revision on its row, which whoever knows the caller has read within the last second. Answers at once,
   * without a promise, where that revision is known already.
   */
  of(project: Project): AccessLists | Promise<AccessLists>;
}

interface Kept {
  readonly revision: number;
  readonly lists: AccessLists | Promise<AccessLists>;
}

/** Most entries of all projects that are kept, about 200 MB; the lists that were read first go first. */
const maxEntriesKept = 500_000;

const none = createAccessLists([]);

/** Makes the cache of lists. */
export function createActiveLists({ clock, lists }: { clock: Clock; lists: AccessListStore }): ActiveLists {
  const cache = new Map<string, Kept>();
  let entriesKept = 0;

  const forget = (projectId: string) => {
    const kept = cache.get(projectId);
    if (kept !== undefined && !(kept.lists instanceof Promise)) entriesKept -= kept.lists.size;
    cache.delete(projectId);
  };

  const read = async (projectId: string, revision: number): Promise<AccessLists> => {
    try {
      const found = createAccessLists(await lists.all(projectId, clock.now()));
      // Another call may have begun to read a later revision meanwhile.
      if (cache.get(projectId)?.revision === revision) {
        cache.set(projectId, { revision, lists: found });
        entriesKept += found.size;
        for (const oldest of cache.keys()) {
          if (entriesKept <= maxEntriesKept || oldest === projectId) break;
          forget(oldest);
        }
      }
      return found;
    } catch (error) {
      if (cache.get(projectId)?.revision === revision) cache.delete(projectId);
      throw error;
    }
  };

  return {
    of({ projectId, listsRevision }) {
      // A project that never changed its lists has none.
      if (listsRevision === 0) return none;
      const kept = cache.get(projectId);
      // A call that knows the project a moment longer than another may bring the older revision; what was read later is no worse.
      if (kept !== undefined && kept.revision >= listsRevision) return kept.lists;
      forget(projectId);
      const reading = read(projectId, listsRevision);
      cache.set(projectId, { revision: listsRevision, lists: reading });
      return reading;
    },
  };
}
