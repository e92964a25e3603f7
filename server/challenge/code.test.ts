import { randomInt } from "node:crypto";
import { expect, test } from "vitest";
import { newCode } from "./code.js";

test.each([
  [0, "000000"],
  [7, "000007"],
  [999_999, "999999"],
])("the number %i is the code %s", (number, code) => {
  expect(newCode(() => number)).toBe(code);
});

test("a code is drawn from a million", () => {
  newCode((below) => {
    expect(below).toBe(1_000_000);
    return 0;
  });
});

test("each digit stands in each place about as often", () => {
  const draws = 20_000;
  const counts = Array.from({ length: 60 }, () => 0);
  for (let n = 0; n < draws; n++) {
    for (const [place, digit] of [...newCode((below) => randomInt(below))].entries()) {
      const cell = place * 10 + Number(digit);
      counts[cell] = (counts[cell] ?? 0) + 1;
    }
  }
  // Mean 2000, standard deviation 42: eight of them are never reached by chance.
  for (const count of counts) expect(Math.abs(count - draws / 10)).toBeLessThan(8 * 42.5);
});
