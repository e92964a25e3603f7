import { type Dialect, stays } from "./dialect.js";
import type { Frequency } from "./frequency.js";
import type { Reading } from "./reading.js";

/** What two fingerprints say on whether they are of one device. */
export interface Weight {
  /** Bits for (above 0) or against: log2 of how many times likelier the pair is from one device than from two. */
  readonly bits: number;
  /** The part of it that agreements brought. */
  readonly agreedBits: number;
  /** Names of the traits that differ. */
  readonly changed: readonly string[];
  /** A trait differs that never changes: these are two browsers, however much else agrees. */
  readonly vetoed: boolean;
}

/** Of the traits of one group the most telling counts fully, each other this much: they follow from each other. */
const shareOfOthers = 0.1;

/** What a comparison depends on beside the two fingerprints. */
export interface Circumstances {
  /** Days between them. */
  readonly days: number;
  readonly frequency: Frequency;
  /** Not known to be a desktop. */
  readonly mobile: boolean;
  /** Both are the same user's, so the question is which of the user's devices this is. */
  readonly own: boolean;
}

/** How often two devices of one user share a trait that follows from the user. */
const chanceOfPersonal = 0.95;

/**
 * Weighs two fingerprints of one dialect and key trait by trait (Fellegi and Sunter 1969): an agreement brings log2(m/u), a difference
 * log2((1-m)/(1-u)), where m is how often one device keeps the trait for that many days, and u how often two devices share the value. What is
 * absent on either side says nothing.
 */
export function weigh(
  dialect: Dialect,
  now: Reading,
  before: Reading,
  { days, frequency, mobile, own }: Circumstances,
): Weight {
  const changed: string[] = [];
  const groups = new Map<string, { up: number; ups: number; down: number; downs: number }>();
  let vetoed = false;
  for (const [index, trait] of dialect.traits.entries()) {
    const a = now[index] ?? 0;
    const b = before[index] ?? 0;
    if (a === 0 || b === 0) continue;
    const m = stays(trait, days, mobile);
    const share = frequency.share(dialect, index, b);
    const u = own && trait.personal ? Math.max(chanceOfPersonal, share) : share;
    const name = trait.group ?? trait.name;
    const group = groups.get(name) ?? { up: 0, ups: 0, down: 0, downs: 0 };
    groups.set(name, group);
    if (a === b) {
      const bits = Math.max(0, Math.log2(m / u));
      group.up = Math.max(group.up, bits);
      group.ups += bits;
    } else {
      changed.push(trait.name);
      vetoed ||= trait.veto === true;
      const bits = Math.min(0, Math.log2((1 - m) / (1 - u)));
      group.down = Math.min(group.down, bits);
      group.downs += bits;
    }
  }
  let agreedBits = 0;
  let differedBits = 0;
  for (const { up, ups, down, downs } of groups.values()) {
    agreedBits += up + shareOfOthers * (ups - up);
    differedBits += down + shareOfOthers * (downs - down);
  }
  return { bits: agreedBits + differedBits, agreedBits, changed, vetoed };
}
