import type { Counter } from "../../risk/counters.js";
import { Columns } from "./columns.js";

/**
 * A counter as `recall` selects it, one text, which costs PostgreSQL less than a list: bucket, the three numbers of the newest span and of the one
 * before it, and the key, in which there may be spaces.
 */
export function toCounter(text: string): Counter {
  const columns = new Columns(text);
  return {
    bucket: columns.number(),
    failed: columns.number(),
    succeeded: columns.number(),
    users: columns.next(),
    failedBefore: columns.number(),
    succeededBefore: columns.number(),
    usersBefore: columns.next(),
    key: columns.rest(),
  };
}
