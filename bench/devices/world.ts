import { type Random, seeded } from "./random.js";

/** How many days a bench lasts. */
export const horizonDays = 240;

/** Browsers that update on their own, by the days between two major versions. */
const trains: Readonly<Record<string, { readonly firstMajor: number; readonly everyDays: number }>> = {
  chrome: { firstMajor: 140, everyDays: 28 },
  edge: { firstMajor: 140, everyDays: 28 },
  opera: { firstMajor: 120, everyDays: 30 },
  firefox: { firstMajor: 142, everyDays: 28 },
  samsung: { firstMajor: 28, everyDays: 60 },
  safari: { firstMajor: 18, everyDays: 365 },
};

/** What a release changes in how a browser draws, counts and plays: the same for all who have it. */
export interface Build {
  readonly major: number;
  /** Counters that rise when a release changes that trait. */
  readonly extensions: number;
  readonly codecs: number;
  readonly math: number;
  readonly text: number;
  readonly shapes: number;
  readonly audio: number;
  readonly flavors: number;
}

/** The releases of the bench's time: every browser of one family and major version behaves alike. */
export interface World {
  /** The newest major of a family on a day. */
  newest(family: string, day: number): number;
  build(family: string, major: number): Build;
}

const changes = {
  extensions: 0.25,
  codecs: 0.1,
  math: 0.03,
  text: 0.12,
  shapes: 0.08,
  audio: 0.05,
  flavors: 0.02,
} as const;

/** Makes the releases of a seed. */
export function createWorld(seed: string): World {
  const builds = new Map<string, Build>();
  const build = (family: string, major: number): Build => {
    const key = `${family} ${major}`;
    const known = builds.get(key);
    if (known !== undefined) return known;
    const first = trains[family]?.firstMajor ?? 1;
    const before = major <= first - 10 ? undefined : build(family, major - 1);
    const random: Random = seeded(`${seed} ${key}`);
    const after = (trait: keyof typeof changes) =>
      (before?.[trait] ?? 0) + (random.chance(changes[trait]) ? 1 : 0);
    const made = {
      major,
      extensions: after("extensions"),
      codecs: after("codecs"),
      math: after("math"),
      text: after("text"),
      shapes: after("shapes"),
      audio: after("audio"),
      flavors: after("flavors"),
    };
    builds.set(key, made);
    return made;
  };
  return {
    build,
    newest(family, day) {
      const train = trains[family];
      if (train === undefined) return 1;
      // Safari comes with the system, in autumn.
      const shift = family === "safari" ? 250 : 9;
      return train.firstMajor + Math.floor((day + shift) / train.everyDays);
    },
  };
}
