import type { Dialect, Trait } from "./dialect.js";
import type { KeptReading } from "./reading.js";

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

/** Counts the values of a sample of devices. Hashes of whole browsers are not counted: they are taken at their word. */
export function countFrequency(sample: readonly KeptReading[]): Frequency {
  const totals = new Map<string, number>();
  const counts = new Map<string, Map<number, number>>();
  for (const { dialect, reading } of sample) {
    for (const [index, value] of reading.entries()) {
      if (value === 0) continue;
      const trait = `${dialect} ${index}`;
      totals.set(trait, (totals.get(trait) ?? 0) + 1);
      const values = counts.get(trait) ?? new Map<number, number>();
      values.set(value, (values.get(value) ?? 0) + 1);
      counts.set(trait, values);
    }
  }
  return {
    share(dialect, index, value) {
      const trait = dialect.traits[index];
      if (trait === undefined || dialect.whole) return assumedFrequency.share(dialect, index, value);
      const key = `${dialect.name} ${index}`;
      return blend(trait, counts.get(key)?.get(value) ?? 0, totals.get(key) ?? 0);
    },
  };
}
