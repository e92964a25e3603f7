/** Draws that a seed decides: the same seed, the same stream. */
export interface Random {
  /** From 0 to below 1. */
  next(): number;
  /** A whole number from 0 to below `limit`. */
  below(limit: number): number;
  chance(probability: number): boolean;
  /** One of several, by weight. */
  weighted<T>(choices: readonly (readonly [T, number])[]): T;
  pick<T>(choices: readonly T[]): T;
  /** A rank from 0 to below `size`, the first ranks most often (Zipf's law). */
  ranked(size: number, steepness?: number): number;
  /** Exponentially distributed with this mean. */
  exponential(mean: number): number;
  /** Another generator that shares nothing with this one. */
  fork(name: string): Random;
}

/** A number of 32 bits for a text (FNV-1a). */
export function hashOf(text: string): number {
  let value = 2_166_136_261;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 16_777_619);
  return value >>> 0;
}

/** Makes a generator (mulberry32). */
export function seeded(seed: number): Random {
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const weighted = <T>(choices: readonly (readonly [T, number])[]): T => {
    const total = choices.reduce((sum, [, weight]) => sum + weight, 0);
    let left = next() * total;
    for (const [choice, weight] of choices) {
      left -= weight;
      if (left < 0) return choice;
    }
    return (choices.at(-1) as readonly [T, number])[0];
  };
  return {
    next,
    below: (limit) => Math.floor(next() * limit),
    chance: (probability) => next() < probability,
    weighted,
    pick: (choices) => choices[Math.floor(next() * choices.length)] as (typeof choices)[number],
    ranked(size, steepness = 1) {
      // By rejection from the continuous law: no table for each size.
      for (;;) {
        const at =
          steepness === 1
            ? size ** next()
            : (1 + next() * (size ** (1 - steepness) - 1)) ** (1 / (1 - steepness));
        const rank = Math.floor(at) - 1;
        if (rank >= 0 && rank < size) return rank;
      }
    },
    exponential: (mean) => -mean * Math.log(1 - next()),
    fork: (name) => seeded(seed ^ hashOf(name) ^ Math.imul(hashOf(name), 0x9e3779b1)),
  };
}
