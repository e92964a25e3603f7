import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Circumstances } from "./decide.js";
import { gatherFacts, nothingObserved, type Observation } from "./facts.js";
import { asked, completed, emptyHistory, type History, historyLimit, type Lesson, learn } from "./history.js";
import { addressKey, nearKey, nearKeyOf, parseIpAddress, prefixKeys } from "./ip-address.js";
import { judge, notice, scoreOf } from "./judge.js";
import { reasons } from "./reasons/index.js";

const day = 86_400_000;
const circumstances = (at: number): Circumstances => ({
  action: "login",
  outcome: "succeeded",
  user: "u",
  emailDomain: undefined,
  metadataJson: undefined,
  deviceConfidence: undefined,
  at,
});

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const place = fc.record({
  latitude: fc.double({ min: -90, max: 90, noNaN: true }),
  longitude: fc.double({ min: -180, max: 180, noNaN: true }),
  accuracyKm: fc.double({ min: 0.1, max: 20_038, noNaN: true }),
});
const instant = fc.integer({ min: 0, max: 4_000_000_000_000 });
const count = fc.double({ min: 0, max: 1e9, noNaN: true });
const traffic = fc.record({ failed: count, succeeded: count, users: count });
const share = fc.double({ min: 1e-9, max: 1, noNaN: true });
const anything = {
  deviceId: maybe(fc.constantFrom("d1", "d2", "d3")),
  addressKey: maybe(
    fc.constantFrom("1.1.1.1", "1.1.1.9", "2a01:799:1:2::/64", "2a01:799:1:3::/64", "9.9.9.9"),
  ),
  country: maybe(fc.constantFrom("NO", "US", "BR")),
  client: maybe(fc.constantFrom("win|chrome|1", "win|chrome|2", "win|edge|1", "ios|safari|1", "||")),
  place: maybe(place),
};
const definite = (record: object) =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));

const observation: fc.Arbitrary<Observation> = fc
  .record({
    ...anything,
    at: instant,
    ip: maybe(fc.constantFrom("1.1.1.1", "2a01:799:1:2::5")),
    deviceLogOdds: maybe(fc.double({ min: -30, max: 30, noNaN: true })),
    network: maybe(fc.record({ asn: fc.constantFrom(1, 2, 3), name: fc.constant("n") })),
    anonymity: fc.constantFrom(
      {},
      {},
      { vpn: "list" },
      { tor: "list", hosting: "list" },
      { anycast: "list" },
    ),
    geoAvailable: fc.boolean(),
    changedContacts: fc.constantFrom([], ["email"]),
    disposableDomain: maybe(fc.constant("mailinator.com")),
    traffics: fc.record(
      {
        user: traffic,
        addressHour: traffic,
        addressDay: traffic,
        near: traffic,
        site: traffic,
        device: traffic,
      },
      { requiredKeys: [] },
    ),
  })
  .map((given) => definite(given) as unknown as Observation);

const shares = maybe(
  fc.record({ country: share, network: share, address: share, os: share, browser: share, agent: share }),
);

const lesson: fc.Arbitrary<Lesson> = fc
  .record({ ...anything, asn: maybe(fc.constantFrom(1, 2, 3)), at: instant })
  .map((given) => definite(given) as unknown as Lesson);
const history: fc.Arbitrary<History> = fc
  .array(fc.tuple(lesson, fc.constantFrom("learn", "ask", "complete")), { maxLength: 60 })
  .map((steps) =>
    steps.reduce((before, [given, step]) => {
      if (step === "ask") return asked(before, { challengeId: "c", at: given.at });
      return step === "complete" ? completed(before, given) : learn(before, given);
    }, emptyHistory),
  );

describe("whatever comes", () => {
  test("the score is a number from 0 to 1, every weight fits its direction, and nothing throws", () => {
    fc.assert(
      fc.property(observation, history, shares, (seen, known, usual) => {
        const { score, signals } = judge(gatherFacts(seen, known, usual), circumstances(seen.at));
        expect(score).toBeGreaterThan(0);
        expect(score).toBeLessThan(1);
        for (const { direction, weight, message, userMessage } of signals) {
          expect(Number.isFinite(weight)).toBe(true);
          expect(
            direction === "risk" ? weight >= 0 : direction === "trust" ? weight <= 0 : weight === 0,
          ).toBe(true);
          expect(message).not.toMatch(/undefined|NaN|Infinity/);
          expect(userMessage).toMatch(/\.$/);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test("a user's first evaluations never crash the statistics", () => {
    fc.assert(
      fc.property(fc.array(observation, { minLength: 1, maxLength: 6 }), (attempts) => {
        let known = emptyHistory;
        for (const seen of attempts) {
          const facts = gatherFacts(seen, known);
          const { score, reasons: named } = judge(facts, circumstances(seen.at));
          expect(Number.isFinite(score)).toBe(true);
          if (facts.firstSeenUser) {
            expect(named.filter((name) => name.startsWith("new_") || name === "impossible_travel")).toEqual(
              [],
            );
          }
          known = learn(known, { ...seen, ...(seen.network ? { asn: seen.network.asn } : {}) });
        }
      }),
      { numRuns: 500 },
    );
  });

  test("more evidence of an attack never lowers the score, and more trust never raises it", () => {
    fc.assert(
      fc.property(observation, history, fc.nat(), (seen, known, which) => {
        const signals = notice(gatherFacts(seen, known));
        const one = signals[which % Math.max(1, signals.length)];
        if (one === undefined) return;
        const [all, less] = [scoreOf(signals), scoreOf(signals.filter((signal) => signal !== one))];
        if (one.direction === "risk") expect(all).toBeGreaterThanOrEqual(less);
        else if (one.direction === "trust") expect(all).toBeLessThanOrEqual(less);
        else expect(all).toBe(less);
      }),
      { numRuns: 1_000 },
    );
  });

  test("the order of signals does not matter, to the last bit", () => {
    fc.assert(
      fc.property(
        observation,
        history,
        fc.infiniteStream(fc.double({ min: 0, max: 1 })),
        (seen, known, random) => {
          const signals = notice(gatherFacts(seen, known));
          const shuffled = signals
            .map((signal) => ({ signal, order: random.next().value ?? 0 }))
            .sort((a, b) => a.order - b.order)
            .map(({ signal }) => signal);
          expect(scoreOf(shuffled)).toBe(scoreOf(signals));
        },
      ),
      { numRuns: 500 },
    );
  });

  test("leaving the fingerprint out never pays", () => {
    fc.assert(
      fc.property(observation, history, (seen, known) => {
        const { deviceId: _, client: __, deviceLogOdds: ___, ...without } = seen;
        const shown = { ...without, deviceId: "a device that nobody knows" };
        const [hidden, fresh] = [without, shown].map((given) => scoreOf(notice(gatherFacts(given, known))));
        expect(hidden).toBeGreaterThanOrEqual(fresh ?? 1);
      }),
      { numRuns: 500 },
    );
  });

  test("an IPv4 address, its mapped and its NAT64 form are one address", () => {
    fc.assert(
      fc.property(fc.ipV4(), (text) => {
        const forms = [text, `::ffff:${text}`, `64:ff9b::${text}`].map((form) => parseIpAddress(form));
        const [plain] = forms;
        if (plain === undefined) return;
        for (const form of forms) {
          expect(form).toEqual(plain);
          if (form === undefined) continue;
          expect(nearKeyOf(addressKey(form))).toBe(nearKey(plain));
          expect(prefixKeys(form)).toEqual(prefixKeys(plain));
        }
      }),
    );
  });
});

describe("what is learnt", () => {
  test("stays small and young", () => {
    fc.assert(
      fc.property(history, (known) => {
        for (const kind of ["devices", "addresses", "networks", "countries", "clients", "places"] as const) {
          const times = known[kind].map(({ lastAt }) => lastAt);
          expect(times.length).toBeLessThanOrEqual(historyLimit);
          expect(times).toEqual([...times].sort((a, b) => b - a));
          if (times.length > 0)
            expect(Math.max(...times) - Math.min(...times)).toBeLessThanOrEqual(183 * day);
        }
        expect(known.open.length).toBeLessThanOrEqual(5);
      }),
      { numRuns: 300 },
    );
  });
});

describe("the table of reasons", () => {
  test("names each reason once, risk before neutral before trust", () => {
    expect(new Set(reasons.map(({ name }) => name)).size).toBe(reasons.length);
    const order = { risk: 0, neutral: 1, trust: 2 };
    const directions = reasons.map(({ direction }) => order[direction]);
    expect(directions).toEqual([...directions].sort());
  });

  test("tells the account holder no number, threshold or address", () => {
    for (const { userMessage } of reasons) expect(userMessage).toMatch(/^[A-Z][a-zA-Z ,'-]+\.$/);
  });

  test("an address beside a known one is held against nobody much", () => {
    const known = learn(emptyHistory, {
      deviceId: "d",
      addressKey: "84.208.20.110",
      asn: 1,
      country: "NO",
      at: 0,
    });
    const at = (addressKey: string) =>
      scoreOf(
        notice(
          gatherFacts(
            {
              ...nothingObserved(day),
              deviceId: "d",
              addressKey,
              network: { asn: 1, name: "" },
              country: "NO",
            },
            known,
          ),
        ),
      );
    expect(at("84.208.20.110")).toBeLessThan(at("84.208.20.7"));
    expect(at("84.208.20.7")).toBeLessThan(at("84.208.99.7"));
  });
});
