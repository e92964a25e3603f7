import type { Clock } from "../clock.js";
import type { Log } from "../log.js";
import type { MaintenanceStore } from "../store/maintenance-store.js";

const dayMs = 86_400_000;
/** Partitions are there this long before they are needed. */
const aheadMs = 28 * dayMs;
/** Most rows of a kind that one statement removes, so that none holds locks for long. */
const removeAtOnce = 5_000;
const everyMs = 3_600_000;

/** What maintenance needs. */
export interface MaintenanceDeps {
  readonly clock: Clock;
  readonly store: MaintenanceStore;
  readonly log: Log;
  /** After how many days evaluations and challenges go. */
  readonly retentionDays: number;
}

/** One round: partitions made ahead, what is past its retention removed. Safe to run on several servers, and again after a crash. */
export async function maintain({ clock, store, log, retentionDays }: MaintenanceDeps): Promise<void> {
  const now = clock.now();
  const oldest = now - retentionDays * dayMs;
  const made = await store.makePartitions(now, now + aheadMs);
  const dropped = await store.dropPartitions(oldest);
  let removed = 0;
  let round: number;
  do {
    round = await store.removeOld(oldest, now, removeAtOnce);
    removed += round;
  } while (round >= removeAtOnce);
  if (made + dropped + removed > 0) log.info({ made, dropped, removed }, "maintained the database");
}

/** Runs a round every hour until it is stopped. A round that fails is logged, and the next one makes up for it. */
export function startMaintenance(deps: MaintenanceDeps): { stop(): void } {
  const timer = setInterval(() => {
    maintain(deps).catch((error) => deps.log.error({ err: error }, "maintenance failed"));
  }, everyMs);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
