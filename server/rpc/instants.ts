import { create } from "@bufbuild/protobuf";
import { type Timestamp, TimestampSchema } from "@bufbuild/protobuf/wkt";
import type { Instant } from "../clock.js";

/** An instant as the wire has it. */
export function toTimestamp(at: Instant): Timestamp {
  const seconds = Math.floor(at / 1000);
  return create(TimestampSchema, { seconds: BigInt(seconds), nanos: (at - seconds * 1000) * 1_000_000 });
}

/** An instant of the wire, to the millisecond. */
export function toInstant({ seconds, nanos }: Timestamp): Instant {
  return Number(seconds) * 1000 + Math.floor(nanos / 1_000_000);
}
