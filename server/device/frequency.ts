import type { Dialect, Trait } from "./dialect.js";
import { type KeptReading, placesOf, valueAt } from "./reading.js";

/** How common values are among a project's devices: what makes an agreement telling or empty. */
export interface Frequency {
  /** Share of other devices with this value of the dialect's trait of that index; above 0, below 1. */
  share(dialect: Dialect, index: number, value: number): number;
}

/** How many devices the trait's own `chance` counts as; with as many counted ones, half of what is said is theirs. */
const priorDevices = 100;
/** No value is so common that agreeing in it speaks against the same device. */
const mostShare = 0.98;

const blend = ({ chance }: Trait, seen: number, total: number): number =>
  Math.min(mostShare, (seen + priorDevices * chance) / (total + priorDevices));

/** What is assumed where no devices were counted. */
export const assumedFrequency: Frequency = {
  share: ({ traits }, index) => Math.min(mostShare, traits[index]?.chance ?? mostShare),
};

/** 32 of a value's 48 bits: maps find whole numbers of this size several times faster, and among a sample hardly two are the same. */
const short = (value: number): number => value | 0;

/** Counts the values of a sample of devices. Hashes of whole browsers are not counted: they are taken at their word. */
export function countFrequency(sample: readonly KeptReading[]): Frequency {
  /** By dialect and trait: how many devices have it at all, and how many each value. */
  const counts = new Map<string, { total: number; readonly values: Map<number, number> }[]>();
  for (const { dialect, reading } of sample) {
    const traits = counts.get(dialect) ?? [];
    counts.set(dialect, traits);
    for (let index = 0; index < placesOf(reading); index++) {
      const value = valueAt(reading, index);
      const counted = traits[index] ?? { total: 0, values: new Map<number, number>() };
      traits[index] = counted;
      if (value === 0) continue;
      counted.total += 1;
      counted.values.set(short(value), (counted.values.get(short(value)) ?? 0) + 1);
    }
  }
  return {
    share(dialect, index, value) {
      const trait = dialect.traits[index];
      if (trait === undefined || dialect.whole) return assumedFrequency.share(dialect, index, value);
      const counted = counts.get(dialect.name)?.[index];
      return blend(trait, counted?.values.get(short(value)) ?? 0, counted?.total ?? 0);
    },
  };
}
