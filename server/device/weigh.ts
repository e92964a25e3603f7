import { type Dialect, stays } from "./dialect.js";
import type { Frequency } from "./frequency.js";
import { type Reading, valueAt } from "./reading.js";

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

/** Which group each trait of a dialect is in, by number, how many groups there are, and the places of the traits that never change. */
interface Groups {
  readonly ofTrait: readonly number[];
  readonly count: number;
  readonly vetoes: readonly number[];
}

const groupsOf = new Map<Dialect, Groups>();

function groups(dialect: Dialect): Groups {
  const known = groupsOf.get(dialect);
  if (known !== undefined) return known;
  const numbers = new Map<string, number>();
  const ofTrait = dialect.traits.map(({ group, name }) => {
    const key = group ?? name;
    const number = numbers.get(key) ?? numbers.size;
    numbers.set(key, number);
    return number;
  });
  const vetoes = dialect.traits.flatMap(({ veto }, index) => (veto ? [index] : []));
  const made = { ofTrait, count: numbers.size, vetoes };
  groupsOf.set(dialect, made);
  return made;
}

/** Whether two fingerprints of one dialect and key differ in a trait that never changes, so that no weight could make them one device. */
export function areOfTwo(dialect: Dialect, now: Reading, before: Reading): boolean {
  for (const index of groups(dialect).vetoes) {
    const a = valueAt(now, index);
    const b = valueAt(before, index);
    if (a !== b && a !== 0 && b !== 0) return true;
  }
  return false;
}

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
  let vetoed = false;
  const { ofTrait, count } = groups(dialect);
  /** Of each group the most telling agreement and the sum of all, then the same of differences. */
  const sums = new Float64Array(count * 4);
  for (let index = 0; index < dialect.traits.length; index++) {
    const trait = dialect.traits[index];
    const a = valueAt(now, index);
    const b = valueAt(before, index);
    if (trait === undefined || a === 0 || b === 0) continue;
    const m = stays(trait, days, mobile);
    const share = frequency.share(dialect, index, b);
    const u = own && trait.personal ? Math.max(chanceOfPersonal, share) : share;
    const group = (ofTrait[index] ?? 0) * 4;
    if (a === b) {
      const bits = Math.max(0, Math.log2(m / u));
      sums[group] = Math.max(sums[group] ?? 0, bits);
      sums[group + 1] = (sums[group + 1] ?? 0) + bits;
    } else {
      changed.push(trait.name);
      vetoed ||= trait.veto === true;
      const bits = Math.min(0, Math.log2((1 - m) / (1 - u)));
      sums[group + 2] = Math.min(sums[group + 2] ?? 0, bits);
      sums[group + 3] = (sums[group + 3] ?? 0) + bits;
    }
  }
  let agreedBits = 0;
  let differedBits = 0;
  for (let group = 0; group < sums.length; group += 4) {
    const [up, ups] = [sums[group] ?? 0, sums[group + 1] ?? 0];
    const [down, downs] = [sums[group + 2] ?? 0, sums[group + 3] ?? 0];
    agreedBits += up + shareOfOthers * (ups - up);
    differedBits += down + shareOfOthers * (downs - down);
  }
  return { bits: agreedBits + differedBits, agreedBits, changed, vetoed };
}
