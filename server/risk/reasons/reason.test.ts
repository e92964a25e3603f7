import fc from "fast-check";
import { expect, test } from "vitest";
import { shown } from "./reason.js";

test("an instant is shown as Date writes it, whenever it is", () => {
  const same = (at: number) => {
    expect(shown(at)).toBe(new Date(at).toISOString());
  };
  for (const at of [
    0,
    -1,
    1,
    999,
    86_399_999,
    86_400_000,
    Date.UTC(2024, 1, 29),
    Date.UTC(10_000, 0, 1),
    1.5,
  ])
    same(at);
  fc.assert(fc.property(fc.integer({ min: -8_640_000_000_000_000, max: 8_640_000_000_000_000 }), same));
  fc.assert(fc.property(fc.integer({ min: 0, max: 4_000_000_000_000 }), same), { numRuns: 2_000 });
});
