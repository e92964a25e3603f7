import type { Visit } from "./stream.js";

/** How well browsers were told apart and followed, in the words of the FP-STALKER paper. */
export interface Tracking {
  /** Days from a browser's first visit to its last: the most that can be tracked. */
  readonly possibleDays: number;
  /** Of each browser's longest run of visits with one id, the days; on average. */
  readonly trackedDays: number;
  /** How many ids a browser got; on average. */
  readonly idsPerBrowser: number;
  /** Of each id's visits, the share that is its commonest browser's; on average. */
  readonly ownership: number;
  readonly browsers: number;
}

const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): readonly (readonly T[])[] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return [...groups.values()];
}

/** Measures the ids that visits got; both lists are in the order of time. */
export function measureTracking(visits: readonly Visit[], ids: readonly string[]): Tracking {
  const given = visits.map((visit, index) => ({ ...visit, id: ids[index] ?? "none" }));
  const browsers = grouped(given, ({ browser }) => browser).map((own) => {
    let longest = 0;
    let from = 0;
    for (const [index, visit] of own.entries()) {
      if (visit.id !== own[from]?.id) from = index;
      longest = Math.max(longest, visit.day - (own[from]?.day ?? visit.day));
    }
    const days = (own.at(-1)?.day ?? 0) - (own[0]?.day ?? 0);
    return { longest, days, ids: new Set(own.map(({ id }) => id)).size };
  });
  const owned = grouped(given, ({ id }) => id).map(
    (visitsOfId) =>
      Math.max(...grouped(visitsOfId, ({ browser }) => browser).map(({ length }) => length)) /
      visitsOfId.length,
  );
  return {
    possibleDays: mean(browsers.map(({ days }) => days)),
    trackedDays: mean(browsers.map(({ longest }) => longest)),
    idsPerBrowser: mean(browsers.map(({ ids: count }) => count)),
    ownership: mean(owned),
    browsers: browsers.length,
  };
}
