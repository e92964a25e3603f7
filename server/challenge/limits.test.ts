import { describe, expect, test } from "vitest";
import { challengeLimits, isLimitName, limitsOf, pauseMs } from "./limits.js";

describe("limits", () => {
  test("the numbers of the contract are the defaults", () => {
    expect(limitsOf({})).toMatchObject({
      code_ttl_seconds: 600,
      max_attempts: 5,
      max_sends: 5,
      resend_after_seconds: 30,
      max_failed_codes: 100,
      contact_cooldown_seconds: 86_400,
    });
  });

  test("each default lies within its bounds, and what is set beyond them is brought to the nearest", () => {
    for (const [name, { minimum, maximum, default: value }] of Object.entries(challengeLimits)) {
      expect(minimum).toBeLessThanOrEqual(value);
      expect(maximum).toBeGreaterThanOrEqual(value);
      expect(limitsOf({ [name]: -1 })).toMatchObject({ [name]: minimum });
      expect(limitsOf({ [name]: Number.MAX_SAFE_INTEGER })).toMatchObject({ [name]: maximum });
    }
  });

  test("no project can loosen what the standards hold", () => {
    expect(challengeLimits.code_ttl_seconds.maximum).toBeLessThanOrEqual(600);
    expect(challengeLimits.max_failed_codes.maximum).toBeLessThanOrEqual(100);
  });

  test.each(["max_attempts", "constructor", "__proto__", "toString", ""])(
    "%j is a name: only if it is one",
    (word) => {
      expect(isLimitName(word)).toBe(word === "max_attempts");
    },
  );
});

describe("pauseMs", () => {
  test.each([
    [0, 0],
    [99, 0],
    [100, 30_000],
    [101, 60_000],
    [102, 120_000],
    [106, 1_920_000],
    [107, 3_600_000],
    [200, 3_600_000],
    [Number.MAX_SAFE_INTEGER, 3_600_000],
  ])("after %i wrong codes in a row: %i", (failed, pause) => {
    expect(pauseMs(failed, 100)).toBe(pause);
  });
});
