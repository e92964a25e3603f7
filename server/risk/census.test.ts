import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Census,
  countedValues,
  countLogin,
  emptyCensus,
  isCounted,
  merged,
  sharesOf,
} from "./census.js";
import { assumedShares, type Values } from "./chains.js";
import { gatherFacts, nothingObserved } from "./facts.js";
import { emptyHistory, learn } from "./history.js";

const oslo: Values = { country: "NO", asn: 2119, addressKey: "84.208.20.110", client: "ios|safari|17" };
const lima: Values = {
  country: "PE",
  asn: 6147,
  addressKey: "190.40.0.1",
  client: "android phone|chrome|120",
};

function censusOf(...logins: readonly (readonly [Values, number])[]): Census {
  const counts = new Map<string, number>();
  for (const [values, times] of logins) for (let n = 0; n < times; n++) countLogin(counts, values);
  return counts;
}

const anyValues = fc.record<Values>(
  {
    country: fc.constantFrom("NO", "SE", "PE"),
    asn: fc.integer({ min: 1, max: 5 }),
    addressKey: fc.constantFrom("10.0.0.1", "10.0.0.2", "2a02:2121:1::/64"),
    client: fc.constantFrom("ios|safari|17", "ios|safari|18", "windows|edge|1", "|", ""),
  },
  { requiredKeys: [] },
);

describe("census", () => {
  test("a project in which nobody was counted has the assumed shares", () => {
    expect(sharesOf(emptyCensus, oslo)).toEqual(assumedShares);
  });

  test("shares come near the counted ones, each within its parent", () => {
    const shares = sharesOf(censusOf([oslo, 9_000], [lima, 1_000]), oslo);
    expect(shares.country).toBeCloseTo(0.9, 1);
    expect(shares.network).toBeGreaterThan(0.99);
    expect(shares.os).toBeCloseTo(0.9, 1);
    expect(shares.browser).toBeGreaterThan(0.98);
    expect(sharesOf(censusOf([oslo, 9_000], [lima, 1_000]), lima).country).toBeCloseTo(0.1, 2);
  });

  test("what nobody had is rare, not impossible, and the rarer the more were counted", () => {
    const [few, many] = [censusOf([oslo, 100]), censusOf([oslo, 10_000])].map(
      (census) => sharesOf(census, lima).country,
    );
    expect(few).toBeLessThan(assumedShares.country);
    expect(many).toBeLessThan(few ?? 0);
    expect(many).toBeGreaterThan(0);
  });

  test("any census and attempt give shares above 0 and at most 1", () => {
    fc.assert(
      fc.property(fc.array(anyValues, { maxLength: 60 }), anyValues, (logins, values) => {
        const shares = sharesOf(censusOf(...logins.map((each) => [each, 3] as const)), values);
        for (const share of Object.values(shares)) {
          expect(share).toBeGreaterThan(0);
          expect(share).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  test("it does not matter which server counted what", () => {
    fc.assert(
      fc.property(fc.array(anyValues), fc.array(anyValues), (some, others) => {
        const count = (logins: readonly Values[]) => censusOf(...logins.map((each) => [each, 1] as const));
        const sorted = (census: Census) => [...census].sort();
        expect(sorted(merged(count(some), count(others)))).toEqual(sorted(count([...others, ...some])));
      }),
    );
  });

  test("it stays small: the usual is kept, the rare goes, and what was usual long ago is forgotten", () => {
    let census: Census = emptyCensus;
    for (let round = 0; round < 40; round++) {
      const counts = new Map<string, number>();
      for (let n = 0; n < 2_000; n++) {
        countLogin(counts, {
          ...oslo,
          addressKey: `84.${round}.${n % 256}.${n}`,
          client: `os${n % 90}|b|${round}-${n}`,
        });
        countLogin(counts, oslo);
      }
      census = merged(census, counts);
      expect(census.size).toBeLessThan(1_500);
    }
    expect(sharesOf(census, oslo).address).toBeCloseTo(0.5, 1);
    expect(census.get("C")).toBeLessThanOrEqual(50_000);
  });

  test("a user counts about once a day, however often they come", () => {
    const hour = 3_600_000;
    const lesson = { addressKey: "84.208.20.110", asn: 2119, country: "NO", client: "ios|safari|17" };
    const history = learn(emptyHistory, { ...lesson, at: 100 * hour });
    const { asn: _, ...given } = lesson;
    const seen = (at: number) =>
      gatherFacts({ ...nothingObserved(at), ...given, network: { asn: 2119, name: "" } }, history);
    expect(countedValues(seen(101 * hour))).toBeUndefined();
    expect(countedValues(seen(125 * hour))).toEqual(lesson);
    expect(isCounted(history, 101 * hour)).toBe(false);
    expect(isCounted(history, 125 * hour)).toBe(true);
    expect(isCounted(emptyHistory, 1)).toBe(true);
  });
});
