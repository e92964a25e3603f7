import type { Place } from "./location.js";
import { toDigits } from "./to-digits.js";

/** Mean radius of the earth in kilometres (IUGG). */
const earthRadiusKm = 6371.0088;
/** Distances below this are not travel: geo databases are often wrong by as much. */
export const leastTravelKm = 100;
/** Above the speed of an airliner from door to door, in kilometres an hour. */
export const fastestKmh = 1000;
/** Two clocks and two servers: less time than this cannot be told apart. */
const leastElapsedMs = 60_000;

/** A point with the radius within which its address probably is. */
export type Point = Pick<Place, "latitude" | "longitude" | "accuracyKm">;

/** Two points and how fast one would have to be between them. */
export interface Travel {
  /** Kilometres that both radii leave between the points, 0 or more. */
  readonly km: number;
  readonly elapsedMs: number;
  /** Least speed in kilometres an hour. */
  readonly kmh: number;
  readonly impossible: boolean;
}

/** Kilometres along the great circle. */
export function distanceKm(from: Point, to: Point): number {
  const radians = Math.PI / 180;
  const latitudes = Math.sin(((to.latitude - from.latitude) * radians) / 2) ** 2;
  const longitudes = Math.sin(((to.longitude - from.longitude) * radians) / 2) ** 2;
  const half = latitudes + Math.cos(from.latitude * radians) * Math.cos(to.latitude * radians) * longitudes;
  return 2 * earthRadiusKm * Math.asin(Math.sqrt(Math.min(1, half)));
}

/** Kilometres between two points beyond both their radii, 0 when the radii meet. */
export function kmBeyondRadii(from: Point, to: Point): number {
  return Math.max(0, distanceKm(from, to) - from.accuracyKm - to.accuracyKm);
}

/** The travel between two sightings; the order of the two in time does not matter. */
export function travelBetween(from: Point, fromAt: number, to: Point, toAt: number): Travel {
  const km = kmBeyondRadii(from, to);
  const elapsedMs = Math.max(leastElapsedMs, Math.abs(toAt - fromAt));
  const kmh = km / (elapsedMs / 3_600_000);
  return {
    km: toDigits(km, 2),
    elapsedMs,
    kmh: toDigits(kmh, 2),
    impossible: km >= leastTravelKm && kmh > fastestKmh,
  };
}

/** A place rounded to a tenth of a degree, about 11 km: under this key sightings are counted together. */
export function placeKey({ latitude, longitude }: Pick<Place, "latitude" | "longitude">): string {
  return `${Math.round(latitude * 10) / 10},${Math.round(longitude * 10) / 10}`;
}
