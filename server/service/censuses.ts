import type { Clock, Instant } from "../clock.js";
import { type Census, countLogin, emptyCensus, merged } from "../risk/census.js";
import type { Values } from "../risk/chains.js";
import type { CensusStore } from "../store/census-store.js";

/** How usual values are in each project, as far as it is known now. */
export interface Censuses {
  /** Never waits: a project asked for the first time is read meanwhile. */
  of(projectId: string): Census;
  /** Counts one login more; other servers know of it within about a minute. */
  note(projectId: string, values: Values): void;
  /** Keeps what was counted and not kept yet, as far as that is possible now. */
  settle(): Promise<void>;
}

/** How old a census gets before it is read again, with what was counted meanwhile. */
const freshMs = 60_000;
/** Or so many logins. */
const mostPending = 500;
/** Most projects whose censuses are held; the one that was read longest ago goes first. */
const maxProjects = 1_000;
/** How often a census is merged anew when another server was first. */
const maxRounds = 5;

interface Held {
  census: Census;
  pending: Map<string, number>;
  logins: number;
  readAt: Instant;
  underWay: Promise<void> | undefined;
}

/**
 * Counts in memory and meets the other servers in the store now and then, in the background, so that no evaluation pays for it. What a server has
 * counted since and not kept is lost with it: that is a minute of a count of months.
 */
export function createCensuses({
  clock,
  store,
  failed,
}: {
  clock: Clock;
  store: CensusStore;
  /** Told of what could not be read or kept; what was counted is kept the next time. */
  failed: (error: unknown) => void;
}): Censuses {
  const held = new Map<string, Held>();

  const exchange = async (projectId: string, each: Held): Promise<void> => {
    const { pending, logins } = each;
    each.pending = new Map();
    each.logins = 0;
    try {
      for (let round = 0; round < maxRounds; round++) {
        const { version, census } = await store.read(projectId);
        const next = pending.size === 0 ? census : merged(census, pending);
        if (pending.size > 0 && !(await store.put(projectId, version, next, clock.now()))) continue;
        each.census = next;
        return;
      }
      throw new Error("other servers were always first");
    } catch (error) {
      for (const [key, count] of pending) each.pending.set(key, (each.pending.get(key) ?? 0) + count);
      each.pending = new Map(merged(emptyCensus, each.pending));
      each.logins += logins;
      failed(error);
    } finally {
      each.readAt = clock.now();
      each.underWay = undefined;
    }
  };

  const start = (projectId: string, each: Held): void => {
    each.underWay ??= exchange(projectId, each);
  };

  const heldOf = (projectId: string): Held => {
    const known = held.get(projectId);
    if (known !== undefined) return known;
    const [oldest] = held.keys();
    if (held.size >= maxProjects && oldest !== undefined) {
      const gone = held.get(oldest);
      if (gone !== undefined && gone.logins > 0) start(oldest, gone);
      held.delete(oldest);
    }
    const made: Held = {
      census: emptyCensus,
      pending: new Map(),
      logins: 0,
      readAt: clock.now(),
      underWay: undefined,
    };
    held.set(projectId, made);
    start(projectId, made);
    return made;
  };

  return {
    of(projectId) {
      const each = heldOf(projectId);
      if (clock.now() - each.readAt >= freshMs) start(projectId, each);
      return each.census;
    },

    note(projectId, values) {
      const each = heldOf(projectId);
      countLogin(each.pending, values);
      each.logins += 1;
      // After a failure the next try waits until the census is stale.
      if (each.logins % mostPending === 0) start(projectId, each);
    },

    async settle() {
      await Promise.all(
        [...held].map(async ([projectId, each]) => {
          await each.underWay;
          if (each.logins > 0) start(projectId, each);
          await each.underWay;
        }),
      );
    },
  };
}
