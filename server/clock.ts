/** An instant as milliseconds since 1970-01-01T00:00:00Z. Fields of this type end in `At`. */
export type Instant = number;

/** Where the time comes from; tests put their own in its place. */
export interface Clock {
  /** The present instant, in whole milliseconds. */
  now(): Instant;
}

/** The machine's clock. */
export const systemClock: Clock = { now: () => Date.now() };
