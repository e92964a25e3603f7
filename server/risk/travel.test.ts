import { describe, expect, test } from "vitest";
import type { Observation } from "./facts.js";
import { gatherFacts, nothingObserved } from "./facts.js";
import { emptyHistory, learn } from "./history.js";
import type { Place } from "./location.js";
import { distanceKm, fastestKmh, type Point, travelBetween } from "./travel.js";

/** Cities of all continents: latitude, longitude. */
const cities: readonly (readonly [number, number])[] = [
  [59.91, 10.75],
  [60.39, 5.32],
  [63.43, 10.39],
  [69.65, 18.96],
  [51.51, -0.13],
  [48.86, 2.35],
  [52.52, 13.4],
  [52.23, 21.01],
  [40.42, -3.7],
  [41.9, 12.5],
  [37.98, 23.73],
  [41.01, 28.98],
  [55.76, 37.62],
  [30.04, 31.24],
  [6.52, 3.38],
  [-1.29, 36.82],
  [-26.2, 28.05],
  [-33.92, 18.42],
  [25.2, 55.27],
  [28.61, 77.21],
  [19.08, 72.88],
  [13.76, 100.5],
  [1.35, 103.82],
  [-6.21, 106.85],
  [14.6, 120.98],
  [22.32, 114.17],
  [31.23, 121.47],
  [39.9, 116.41],
  [37.57, 126.98],
  [35.68, 139.69],
  [-33.87, 151.21],
  [-36.85, 174.76],
  [21.31, -157.86],
  [61.22, -149.9],
  [49.28, -123.12],
  [47.61, -122.33],
  [37.77, -122.42],
  [34.05, -118.24],
  [39.74, -104.99],
  [19.43, -99.13],
  [29.76, -95.37],
  [41.88, -87.63],
  [43.65, -79.38],
  [40.71, -74.01],
  [25.76, -80.19],
  [4.71, -74.07],
  [-12.05, -77.04],
  [-33.45, -70.67],
  [-34.6, -58.38],
  [-23.55, -46.63],
  [-22.91, -43.17],
  [64.15, -21.94],
  [17.97, -76.79],
  [-18.14, 178.44],
  [78.22, 15.65],
]; // prettier-ignore

/** A generator of numbers from 0 to 1 that always gives the same ones (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Great-circle distance by another way than the code: over vectors from the earth's centre. */
function kmByVectors(a: readonly [number, number], b: readonly [number, number]): number {
  const vector = ([latitude, longitude]: readonly [number, number]) => {
    const [phi, lambda] = [(latitude * Math.PI) / 180, (longitude * Math.PI) / 180];
    return [Math.cos(phi) * Math.cos(lambda), Math.cos(phi) * Math.sin(lambda), Math.sin(phi)] as const;
  };
  const [p, q] = [vector(a), vector(b)];
  return 6371.0088 * Math.acos(Math.max(-1, Math.min(1, p[0] * q[0] + p[1] * q[1] + p[2] * q[2])));
}

/** Where somebody really is whose address the database puts at a city: anywhere within the radius. */
function somewhereWithin([latitude, longitude]: readonly [number, number], km: number, random: () => number) {
  const [angle, far] = [random() * 2 * Math.PI, Math.sqrt(random()) * km];
  const north = (far * Math.cos(angle)) / 111.2;
  return [
    latitude + north,
    longitude + (far * Math.sin(angle)) / (111.2 * Math.cos((latitude * Math.PI) / 180)),
  ] as const;
}

const radii = [1, 5, 10, 20, 50, 50, 50, 100, 200];

describe("travel on 10,000 generated city pairs", () => {
  const random = seeded(20_260_302);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const pairs = Array.from({ length: 10_000 }, () => {
    const [from, to] = [pick(cities), random() < 0.2 ? undefined : pick(cities)];
    const target = to ?? from;
    const [fromKm, toKm] = [pick(radii), pick(radii)];
    const trueKm = kmByVectors(somewhereWithin(from, fromKm, random), somewhereWithin(target, toKm, random));
    const impossible = trueKm >= 1_000 && random() < 0.5;
    // An airliner from door to door, or two people at once.
    const kmh = impossible ? 1_400 + random() * 60_000 : 5 + random() * 880;
    const point = ([latitude, longitude]: readonly [number, number], accuracyKm: number): Point => ({
      latitude,
      longitude,
      accuracyKm,
    });
    const elapsedMs = (trueKm / kmh) * 3_600_000;
    return {
      impossible,
      travel: travelBetween(point(from, fromKm), 0, point(target, toKm), elapsedMs),
      from,
      target,
      reach: fromKm + toKm,
    };
  });

  test("precision and recall are at least .99", () => {
    const flagged = pairs.filter(({ travel }) => travel.impossible);
    const right = flagged.filter(({ impossible }) => impossible);
    const there = pairs.filter(({ impossible }) => impossible);
    expect(there.length).toBeGreaterThan(2_000);
    expect(right.length / flagged.length).toBeGreaterThanOrEqual(0.99);
    expect(right.length / there.length).toBeGreaterThanOrEqual(0.99);
  });

  test("nothing inside the accuracy radii is flagged", () => {
    const inside = pairs.filter(({ from, target, reach }) => kmByVectors(from, target) <= reach);
    expect(inside.length).toBeGreaterThan(500);
    expect(inside.filter(({ travel }) => travel.impossible)).toEqual([]);
    expect(Math.max(...inside.map(({ travel }) => travel.km))).toBeLessThan(0.01);
  });

  test("the distance is the great circle's", () => {
    for (const { from, target } of pairs.slice(0, 500)) {
      const point = ([latitude, longitude]: readonly [number, number]) => ({
        latitude,
        longitude,
        accuracyKm: 1,
      });
      expect(distanceKm(point(from), point(target))).toBeCloseTo(kmByVectors(from, target), 1);
    }
  });
});

describe("what is not travel", () => {
  const place = (latitude: number, longitude: number): Place => ({
    latitude,
    longitude,
    accuracyKm: 50,
    country: "NO",
  });
  const oslo = place(59.91, 10.75);
  const tromso = place(69.65, 18.96);
  const hour = 3_600_000;
  const at = (when: number, rest: Partial<Observation>): Observation => ({
    ...nothingObserved(when),
    ...rest,
  });
  const home = { asn: 2119, name: "home" };
  const phone = { asn: 8075, name: "phone" };
  const learnt = (times: number) =>
    Array.from({ length: times }, (_, n) => n).reduce(
      (history, n) =>
        learn(learn(history, { asn: home.asn, place: oslo, at: n * 48 * hour }), {
          asn: phone.asn,
          at: n * 48 * hour - hour,
        }),
      emptyHistory,
    );
  const last = (times: number) => (times - 1) * 48 * hour;

  test("two networks that the user changes between, each seen three times", () => {
    const again = (times: number) =>
      gatherFacts(at(last(times) + hour / 6, { network: phone, place: tromso }), learnt(times)).travel;
    expect(again(2)?.impossible).toBe(true);
    expect(again(3)).toBeUndefined();
  });

  test.each(["tor", "vpn", "proxy", "hosting", "anycast"] as const)(
    "an address that hides its place: %s",
    (kind) => {
      const facts = gatherFacts(
        at(last(1) + hour / 6, { place: tromso, anonymity: { [kind]: "a list" } }),
        learnt(1),
      );
      expect(facts.travel).toBeUndefined();
      expect(facts.place.state).toBe("absent");
    },
  );

  test("less than 100 km, however fast; and two clocks that disagree by seconds", () => {
    const near = place(60.6, 10.75);
    expect(travelBetween({ ...oslo, accuracyKm: 1 }, 0, { ...near, accuracyKm: 1 }, 1).impossible).toBe(
      false,
    );
    expect(travelBetween(oslo, 0, tromso, 1).kmh).toBe(travelBetween(oslo, 60_000, tromso, 0).kmh);
    expect(travelBetween(oslo, 0, tromso, 2 * hour).kmh).toBeLessThan(fastestKmh);
  });
});
