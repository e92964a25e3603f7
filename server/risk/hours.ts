import { toDigits } from "./to-digits.js";

/** How often a user was seen in each hour of the day (UTC): 24 counts, or none while nothing was seen. */
export type Hours = readonly number[];

/** Nothing was seen. */
export const noHours: Hours = [];

/** The counts are halved when their sum reaches this, so that habits can change. */
const hoursLimit = 64;
/** Before so many attempts nobody has a habit. */
const fewestForHabit = 10;
/** How much an attempt counts for hours near its own, by distance: people are not punctual. */
const nearness = [1, 0.7, 0.35, 0.15];
const nearnessSum = 1 + 2 * (0.7 + 0.35 + 0.15);
/** Share of attempts that follow no habit. */
const unhabitual = 0.15;

/** The hour of the day of an instant, 0 to 23, UTC. */
export function hourOf(at: number): number {
  return Math.floor((((at / 3_600_000) % 24) + 24) % 24);
}

/** The counts after one more attempt. */
export function sawHour(hours: Hours, at: number): Hours {
  const counts = hours.length === 24 ? [...hours] : new Array<number>(24).fill(0);
  const hour = hourOf(at);
  counts[hour] = (counts[hour] ?? 0) + 1;
  const sum = counts.reduce((total, count) => total + count, 0);
  return sum < hoursLimit ? counts : counts.map((count) => Math.floor(count / 2));
}

/** How an instant fits the user's habits. */
export interface HourFit {
  readonly hour: number;
  /** Probability of the hour for this user over that of any hour for anybody; 1 says nothing. */
  readonly ratio: number;
  readonly attempts: number;
}

/** Compares an instant with the user's habits; undefined while there are none to speak of. */
export function hourFit(hours: Hours, at: number): HourFit | undefined {
  const attempts = hours.reduce((total, count) => total + count, 0);
  if (hours.length !== 24 || attempts < fewestForHabit) return undefined;
  const hour = hourOf(at);
  let near = 0;
  for (let shift = -3; shift <= 3; shift++) {
    near += (nearness[Math.abs(shift)] ?? 0) * (hours[(hour + shift + 24) % 24] ?? 0);
  }
  const habit = near / nearnessSum / attempts;
  return { hour, ratio: toDigits(24 * ((1 - unhabitual) * habit + unhabitual / 24), 4), attempts };
}
