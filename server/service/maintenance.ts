import type { Clock } from "../clock.js";
import type { Log } from "../log.js";
import type { MaintenanceStore } from "../store/maintenance-store.js";

const dayMs = 86_400_000;
/** Partitions are there this long before they are needed. */
const aheadMs = 28 * dayMs;
/** Most rows of a kind that one statement removes, so that none holds locks for long. */
const removeAtOnce = 5_000;
const everyMs = 3_600_000;
/** After a round that failed: what was in its way, a backup for one, may be over. */
const againMs = 60_000;

/** What maintenance needs. */
export interface MaintenanceDeps {
  readonly clock: Clock;
  readonly store: MaintenanceStore;
  readonly log: Log;
  /** After how many days evaluations and challenges go. */
  readonly retentionDays: number;
}

/**
 * One round: partitions made ahead, what is past its retention removed. Safe to run on several servers, and again after a crash. A part that fails
 * does not keep the others from being done; the first fault is thrown after them.
 */
export async function maintain({ clock, store, log, retentionDays }: MaintenanceDeps): Promise<void> {
  const now = clock.now();
  const oldest = now - retentionDays * dayMs;
  const faults: unknown[] = [];
  const done = async (part: () => Promise<number>): Promise<number> => {
    try {
      return await part();
    } catch (error) {
      faults.push(error);
      return 0;
    }
  };
  const made = await done(() => store.makePartitions(now, now + aheadMs));
  const dropped = await done(() => store.dropPartitions(oldest));
  let removed = 0;
  let round: number;
  do {
    round = await done(() => store.removeOld(oldest, now, removeAtOnce));
    removed += round;
  } while (round >= removeAtOnce);
  if (made + dropped + removed > 0) log.info({ made, dropped, removed }, "maintained the database");
  if (faults.length > 0) throw faults[0];
}

/** Runs a round at once, which it waits for, and then every hour until it is stopped. A round that fails is logged, and comes again in a minute. */
export async function startMaintenance(deps: MaintenanceDeps): Promise<{ stop(): void }> {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const round = async (): Promise<void> => {
    let next = everyMs;
    try {
      await maintain(deps);
    } catch (error) {
      deps.log.error({ err: error }, "maintenance failed; it comes again in a minute");
      next = againMs;
    }
    if (!stopped) timer = setTimeout(round, next).unref();
  };
  await round();
  return {
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
