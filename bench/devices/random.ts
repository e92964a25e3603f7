/** A stream of chance that is the same for the same seed (mulberry32). */
export interface Random {
  /** From 0 to below 1. */
  next(): number;
  chance(probability: number): boolean;
  /** A whole number from 0 to below `count`. */
  below(count: number): number;
  /** One of the rows, by their weights. */
  pick<T>(rows: readonly (readonly [T, number])[]): T;
  /** An index from 0 to below `count` of which the first are common and the last rare (Zipf). */
  zipf(count: number, exponent?: number): number;
  /** Days until something that happens every `mean` days on average. */
  wait(mean: number): number;
  /** A stream of its own for something named. */
  fork(name: string): Random;
}

function seedOf(text: string): number {
  let hash = 2166136261;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 16777619);
  return hash >>> 0;
}

/** Makes the stream of a seed. */
export function seeded(seed: string): Random {
  let state = seedOf(seed);
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const pick = <T>(rows: readonly (readonly [T, number])[]): T => {
    let left = next() * rows.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [value, weight] of rows) {
      left -= weight;
      if (left < 0) return value;
    }
    const [last] = rows.slice(-1);
    if (last === undefined) throw new Error("nothing to pick from");
    return last[0];
  };
  return {
    next,
    pick,
    chance: (probability) => next() < probability,
    below: (count) => Math.floor(next() * count),
    zipf: (count, exponent = 1) =>
      pick(Array.from({ length: count }, (_, index) => [index, 1 / (index + 1) ** exponent] as const)),
    wait: (mean) => -Math.log(1 - next()) * mean,
    fork: (name) => seeded(`${seed}/${name}`),
  };
}
