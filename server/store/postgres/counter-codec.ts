import type { Counter } from "../../risk/counters.js";

/**
 * A counter as `recall` selects it, one text, which costs PostgreSQL less than a list: bucket, the three numbers of the newest span and of the one
 * before it, and the key, in which there may be spaces.
 */
export function toCounter(text: string): Counter {
  const [bucket, failed, succeeded, users = "0", failedBefore, succeededBefore, usersBefore = "0", ...key] =
    text.split(" ");
  return {
    key: key.join(" "),
    bucket: Number(bucket),
    failed: Number(failed),
    succeeded: Number(succeeded),
    users,
    failedBefore: Number(failedBefore),
    succeededBefore: Number(succeededBefore),
    usersBefore,
  };
}
