import type { Counter } from "../../risk/counters.js";

/**
 * A counter as `recall` selects it, one text, which costs PostgreSQL less than a list: bucket, the three numbers of the newest span and of the one
 * before it, and the key, in which there may be spaces.
 */
export function toCounter(text: string): Counter {
  let start = 0;
  const next = (): string => {
    const end = text.indexOf(" ", start);
    const part = text.slice(start, end);
    start = end + 1;
    return part;
  };
  return {
    bucket: Number(next()),
    failed: Number(next()),
    succeeded: Number(next()),
    users: next(),
    failedBefore: Number(next()),
    succeededBefore: Number(next()),
    usersBefore: next(),
    key: text.slice(start),
  };
}
