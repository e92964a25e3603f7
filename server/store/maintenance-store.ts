import type { Instant } from "../clock.js";

/** Growth and its end. Each call is whole or not at all, so a crash leaves nothing half done; several servers may call at once. */
export interface MaintenanceStore {
  /** Makes the evaluation partitions that cover a span of time, where they are missing and can be. Answers how many were made. */
  makePartitions(from: Instant, until: Instant): Promise<number>;
  /** Drops the evaluation partitions that end at or before an instant, with all that is in them. Answers how many. */
  dropPartitions(before: Instant): Promise<number>;
  /** Removes challenges, deliveries, feedback and evaluations without a partition of their own made before an instant, idempotency keys and counters that have expired and message budgets that are over; at most `limit` of each. Answers how many rows went. */
  removeOld(challengesBefore: Instant, now: Instant, limit: number): Promise<number>;
}
