import type { Count, Counter } from "../../risk/counters.js";

/** A counter as `recall` selects it: bucket, then the three numbers of the newest span and of the one before it. */
export type CounterRow = readonly [
  key: string,
  bucket: number,
  failed: number,
  succeeded: number,
  users: string,
  failedBefore: number,
  succeededBefore: number,
  usersBefore: string,
];

/** The row as a domain value. */
export function toCounter([
  key,
  bucket,
  failed,
  succeeded,
  users,
  failedBefore,
  succeededBefore,
  usersBefore,
]: CounterRow): Counter {
  return { key, bucket, failed, succeeded, users, failedBefore, succeededBefore, usersBefore };
}

/** What an attempt adds, as the statement reads it. */
export function toCountItem({ key, bucket, failed, succeeded, userBit, expiresAt }: Count) {
  return { key, bucket, failed, succeeded, user_bit: userBit, expires_at: new Date(expiresAt).toISOString() };
}
