import type { Clock, Instant } from "../../server/clock.js";

/** A clock that stands still until it is moved. */
export interface TestClock extends Clock {
  advance(by: {
    readonly seconds?: number;
    readonly minutes?: number;
    readonly hours?: number;
    readonly days?: number;
  }): void;
}

/** Makes a clock that begins at an instant. */
export function testClock(start: Instant = Date.parse("2026-03-02T09:00:00Z")): TestClock {
  let now = start;
  return {
    now: () => now,
    advance({ seconds = 0, minutes = 0, hours = 0, days = 0 }) {
      now += (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
    },
  };
}
