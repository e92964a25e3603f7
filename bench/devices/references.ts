import type { Traits } from "./browser.js";
import type { Visit } from "./stream.js";

/** Gives each visit the id of a browser. */
export type Linker = (visit: Visit) => string;

const names = (traits: Traits): string => JSON.stringify(Object.entries(traits));

/** Equality of the whole fingerprint, as most services do it; within the user if `perUser`, where two users' equal browsers stay apart. */
export function equality(perUser: boolean): Linker {
  const known = new Map<string, string>();
  return ({ user, traits }) => {
    const key = `${perUser ? user : ""} ${names(traits)}`;
    const id = known.get(key) ?? `equality-${known.size}`;
    known.set(key, id);
    return id;
  };
}

/** Traits that the published rules want unchanged: system, platform and browser family, and what draws a canvas. */
const constant = ["os", "platform", "browser", "canvas_shapes", "canvas_text"];
/** Of these some may change, if old and new are alike. */
const alike = [
  "brands",
  "webgl_vendor",
  "webgl_renderer",
  "plugins",
  "languages",
  "vendor_flavors",
  "codecs",
];
/** Of these one may change. */
const loose = ["screen", "time_zone", "locale"];
/** How many of `alike` and `loose` together may change. */
const mostChanges = 2;
const leastLikeness = 0.75;
/** How many fingerprints of one id are looked at. */
const keptEach = 2;

/** How alike two texts are, from 0 to 1: twice what they have in common over what they have. */
function likeness(a: string, b: string): number {
  const rows = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const row = rows[i];
      if (row === undefined) continue;
      row[j] =
        a[i - 1] === b[j - 1]
          ? (rows[i - 1]?.[j - 1] ?? 0) + 1
          : Math.max(rows[i - 1]?.[j] ?? 0, row[j - 1] ?? 0);
    }
  }
  return (2 * (rows[a.length]?.[b.length] ?? 0)) / Math.max(1, a.length + b.length);
}

function follows(before: Traits, now: Traits): boolean {
  if (constant.some((name) => before[name] !== now[name])) return false;
  if (Number(now.browser_major) < Number(before.browser_major)) return false;
  const different = (name: string) => before[name] !== now[name];
  const changedAlike = alike.filter(different);
  if (changedAlike.some((name) => likeness(before[name] ?? "", now[name] ?? "") <= leastLikeness))
    return false;
  const changedLoose = loose.filter(different);
  return changedLoose.length <= 1 && changedAlike.length + changedLoose.length <= mostChanges;
}

interface Kept {
  readonly id: string;
  readonly traits: Traits;
  readonly text: string;
}

/**
 * The published rules (Vastel et al., FP-STALKER, 2018), on the traits that both have: an equal fingerprint first, else one that follows from a
 * known one, if all that fit are of one id; else a new id. `perUser`: among the user's own alone.
 */
export function publishedRules(perUser: boolean): Linker {
  const kept = new Map<string, Kept[]>();
  let ids = 0;
  return ({ user, traits }) => {
    // What must be equal anyway splits the search without changing what it finds.
    const place = JSON.stringify([perUser ? user : "", ...constant.map((name) => traits[name])]);
    const candidates = kept.get(place) ?? [];
    kept.set(place, candidates);
    const text = names(traits);
    const exact = new Set(candidates.filter((one) => one.text === text).map(({ id }) => id));
    const fitting =
      exact.size > 0
        ? exact
        : new Set(candidates.filter((one) => follows(one.traits, traits)).map(({ id }) => id));
    const [only] = fitting;
    const id = fitting.size === 1 && only !== undefined ? only : `rules-${ids++}`;
    candidates.push({ id, traits, text });
    const own = candidates.filter((one) => one.id === id);
    if (own.length > keptEach) candidates.splice(candidates.indexOf(own[0] ?? (candidates[0] as Kept)), 1);
    return id;
  };
}
