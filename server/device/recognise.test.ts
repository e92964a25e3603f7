import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { type Device, drifted, newDevice, readingsLimit, type Sight } from "./device.js";
import { sdk1 } from "./dialect.js";
import { assumedFrequency, countFrequency } from "./frequency.js";
import { createConceal, placesOf, type Reading, valueAt } from "./reading.js";
import { recognise } from "./recognise.js";
import { weigh } from "./weigh.js";

const key = Buffer.alloc(32, 1);
const now = Date.parse("2026-03-02T09:00:00Z");
const day = 86_400_000;

/** All traits present, each with the value of that number but for those named. */
function reading(value: number, but: Readonly<Record<string, number>> = {}): Reading {
  const digests = sdk1.traits.map(({ name }) => (but[name] ?? value).toString(16).padStart(16, "0"));
  return createConceal(key)(sdk1, digests);
}

const valuesOf = (one: Reading): readonly number[] =>
  Array.from({ length: placesOf(one) }, (_, index) => valueAt(one, index));

/** The first reading without a trait. */
const without = (index: number): Reading => Buffer.from(reading(1)).fill(0, index * 6, index * 6 + 6);

function sight(present: Reading, distinctive = true): Sight {
  return { dialect: sdk1, distinctive, concealed: [{ keyId: "k", present }] };
}

const usual = { days: 0, frequency: assumedFrequency, mobile: false, own: true };

describe("a concealed reading", () => {
  test("is equal for equal values under one key, and says nothing without it", () => {
    expect(reading(1)).toEqual(reading(1));
    const other = createConceal(Buffer.alloc(32, 2))(
      sdk1,
      sdk1.traits.map(() => "0000000000000001"),
    );
    expect(valuesOf(other).some((value, index) => value === valueAt(reading(1), index))).toBe(false);
    // The same value of two traits is two numbers.
    expect(new Set(valuesOf(reading(1))).size).toBe(sdk1.traits.length);
  });

  test("is what it was in every release: stored ones are compared with it", () => {
    const holes = createConceal(key)(
      sdk1,
      sdk1.traits.map((_, index) => (index % 2 === 0 ? undefined : "0123456789abcdef")),
    );
    expect(createHash("sha256").update(holes).digest("hex")).toBe(
      "9a48ff5b5b2a8a2b045d8e4cdf2fe3d2cb8bc1906f85457fa49993110d5d284a",
    );
    expect(valuesOf(holes).map((value) => value === 0)).toEqual(
      sdk1.traits.map((_, index) => index % 2 === 0),
    );
  });

  test("that is shorter than its dialect says nothing of the traits that came later", () => {
    expect(valueAt(reading(1).subarray(0, 60), 9)).toBe(valueAt(reading(1), 9));
    expect(valueAt(reading(1).subarray(0, 60), 10)).toBe(0);
  });
});

describe("weighing", () => {
  test("an absent trait says nothing, a rare value more than a common one", () => {
    const whole = weigh(sdk1, reading(1), reading(1), usual);
    const absent = weigh(sdk1, without(14), reading(1), usual);
    expect(absent.bits).toBeLessThan(whole.bits);
    expect(absent.changed).toEqual([]);
    const crowd = (value: number) =>
      countFrequency(
        Array.from({ length: 1_000 }, () => ({
          dialect: "v1",
          keyId: "k",
          seenAt: now,
          reading: reading(value),
        })),
      );
    const common = weigh(sdk1, reading(1), reading(1), { ...usual, frequency: crowd(1) });
    const rare = weigh(sdk1, reading(1), reading(1), { ...usual, frequency: crowd(2) });
    expect(common.bits).toBeLessThan(rare.bits / 3);
    expect(common.bits).toBeGreaterThanOrEqual(0);
  });

  test("what changes with time counts less against a device that was not seen for long", () => {
    const updated = reading(1, { browser_major: 2 });
    const soon = weigh(sdk1, updated, reading(1), usual);
    const late = weigh(sdk1, updated, reading(1), { ...usual, days: 90 });
    expect(late.bits - late.agreedBits).toBeGreaterThan(soon.bits - soon.agreedBits);
    expect(soon.changed).toEqual(["browser_major"]);
  });

  test("traits that follow from each other are not counted as if each spoke for itself", () => {
    const one = weigh(sdk1, reading(1, { fonts: 2 }), reading(1), usual);
    const three = weigh(sdk1, reading(1, { fonts: 2, chosen_fonts: 2, canvas_text: 2 }), reading(1), usual);
    const against = (weight: typeof one) => weight.bits - weight.agreedBits;
    expect(against(three)).toBeLessThan(against(one));
    expect(against(three)).toBeGreaterThan(1.5 * against(one));
  });

  test.each(["engine", "browser", "os"])(
    "another %s is another browser, however much else agrees",
    (name) => {
      expect(weigh(sdk1, reading(1, { [name]: 2 }), reading(1), usual).vetoed).toBe(true);
    },
  );
});

describe("recognising", () => {
  const ann = newDevice("ann", sight(reading(1)), now);
  const circumstances = { now: now + day, frequency: assumedFrequency };

  test("one's own device with confidence, an unlike one as new", () => {
    const known = recognise(sight(reading(1)), [{ device: ann, standing: "own" }], undefined, circumstances);
    expect(known.device).toBe(ann);
    expect(known.confidence).toBeGreaterThan(0.99);
    const fresh = recognise(sight(reading(2)), [{ device: ann, standing: "own" }], undefined, circumstances);
    expect(fresh.device).toBeUndefined();
    expect(fresh.confidence).toBeGreaterThan(0.99);
  });

  test("of two own devices the one that agrees in more", () => {
    const other = newDevice("other", sight(reading(1, { fonts: 3, screen: 3 })), now);
    const candidates = [ann, other].map((device) => ({ device, standing: "own" as const }));
    const seen = sight(reading(1, { fonts: 3, screen: 3, time_zone: 9 }));
    expect(recognise(seen, candidates, undefined, circumstances).device).toBe(other);
  });

  test("another user's phone never, however equal; another user's desktop only when all but certain", () => {
    const candidates = [{ device: ann, standing: "others" as const }];
    expect(recognise(sight(reading(1), false), candidates, undefined, circumstances).device).toBeUndefined();
    const half = sight(reading(1, { fonts: 2, screen: 2, webgl_renderer: 2, hardware_concurrency: 2 }));
    expect(recognise(half, candidates, undefined, circumstances).device).toBeUndefined();
  });

  test("a device keeps its last fingerprints alone, and is not written anew within hours", () => {
    let device: Device = ann;
    expect(drifted(device, sight(reading(1)), now + 3_600_000)).toBeUndefined();
    for (let step = 2; step < 9; step++) {
      device = drifted(device, sight(reading(1, { fonts: step })), now + step * day) ?? device;
    }
    expect(device.readings).toHaveLength(readingsLimit);
    expect(device.version).toBe(8);
    const back = drifted(device, sight(reading(1, { fonts: 7 })), now + 10 * day);
    expect(back?.readings.map(({ seenAt }) => (seenAt - now) / day)).toEqual([10, 8, 6]);
  });
});
