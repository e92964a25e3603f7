import { describe, expect, test } from "vitest";
import { stuffing, stuffingRules } from "./traffic.js";

/** Probability that of `n` attempts, each failing with this chance, at least `k` fail. */
function atLeast(k: number, n: number, chance: number): number {
  let [term, sum] = [(1 - chance) ** n, 0];
  for (let failed = 0; failed <= n; failed++) {
    if (failed >= k) sum += term;
    term *= ((n - failed) / (failed + 1)) * (chance / (1 - chance));
  }
  return sum;
}

describe("thresholds of credential stuffing", () => {
  test.each(stuffingRules)(
    "$where: an office in which one attempt in four fails, three times what is usual, meets it less than once in a million hours",
    ({ failed, failedShare }) => {
      // With more attempts than this the share can only be met by ever less likely accidents.
      for (let attempts = failed; attempts <= 1_000; attempts += 1) {
        const needed = Math.max(failed, Math.ceil(failedShare * attempts));
        expect(atLeast(needed, attempts, 0.25)).toBeLessThan(1e-6);
      }
    },
  );

  test.each(stuffingRules)(
    "$where: a list of which one password in fifty is right is found within $failed failures and a few more",
    ({ where, failed, users, failedShare }) => {
      const attempts = Math.ceil((failed + 5) / 0.98);
      expect(atLeast(Math.max(failed, failedShare * attempts), attempts, 0.98)).toBeGreaterThan(0.999);
      expect(stuffing({ [where]: { failed, succeeded: 1, users } })?.rule.where).toBe(where);
      expect(stuffing({ [where]: { failed: failed - 1, succeeded: 0, users } })).toBeUndefined();
      expect(stuffing({ [where]: { failed, succeeded: 1, users: users - 1 } })).toBeUndefined();
    },
  );
});
