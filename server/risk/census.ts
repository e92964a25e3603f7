import { assumedShares, clientLevels, type Shares, type Values, valuesOf } from "./chains.js";
import type { Compared, Facts } from "./facts.js";
import type { History } from "./history.js";

/**
 * How often a project's users come with which values: counts by key, for each level of the two hierarchies. A key names its level, its parent and
 * the value. It holds no user and no address: of an address only one of 65,536 numbers that many share, for what matters is which are frequent.
 */
export type Census = ReadonlyMap<string, number>;

/** Nobody was counted. */
export const emptyCensus: Census = new Map();

/** How many logins the assumed share of a value counts as; with as many counted ones, half of what is said is theirs. */
const priorLogins = 50;
/** No share is said to be smaller. */
const leastShare = 1e-6;
/** All counts are halved when so many logins are counted, so that what was usual long ago is forgotten. */
const mostLogins = 50_000;
/** Most values that are kept of one level; the rarest go. What is not kept counts as rare, which it is. */
const mostPerLevel: Readonly<Record<string, number>> = {
  c: 250,
  n: 300,
  a: 300,
  m: 300,
  o: 50,
  b: 100,
  g: 300,
};
/** A user counts about once a day, so that nobody becomes what is usual by coming often. */
const countedEveryMs = 20 * 3_600_000;

/** 16 bits of an address key (FNV-1a, folded): too few to tell the address from. */
function bucketOf(addressKey: string): string {
  let hash = 2_166_136_261;
  for (let at = 0; at < addressKey.length; at++)
    hash = Math.imul(hash ^ addressKey.charCodeAt(at), 16_777_619);
  return ((hash ^ (hash >>> 16)) & 0xffff).toString(16);
}

/** The keys of an attempt's values and of what each lies in. */
function keysOf({ country, asn, addressKey, client }: Values) {
  const { os, browser } = clientLevels(client ?? "");
  return {
    countries: "C",
    country: `c ${country}`,
    network: `n ${country} ${asn}`,
    everywhere: `m ${asn}`,
    address: `a ${asn} ${bucketOf(addressKey ?? "")}`,
    clients: "K",
    os: `o ${os}`,
    browser: `b ${browser}`,
    agent: `g ${client}`,
  };
}

/** Counts one login more. */
export function countLogin(counts: Map<string, number>, values: Values): void {
  const keys = keysOf(values);
  const add = (key: string) => counts.set(key, (counts.get(key) ?? 0) + 1);
  if (values.country !== undefined) {
    add(keys.countries);
    add(keys.country);
    if (values.asn !== undefined) add(keys.network);
  }
  if (values.asn !== undefined) {
    add(keys.everywhere);
    if (values.addressKey !== undefined) add(keys.address);
  }
  if (values.client !== undefined)
    for (const key of [keys.clients, keys.os, keys.browser, keys.agent]) add(key);
}

/** Two censuses as one, of bounded size. */
export function merged(one: Census, other: Census): Census {
  const sums = new Map(one);
  for (const [key, count] of other) sums.set(key, (sums.get(key) ?? 0) + count);
  const shrink = Math.max(sums.get("C") ?? 0, sums.get("K") ?? 0) > mostLogins;
  const levels = new Map<string, [string, number][]>();
  for (const [key, sum] of sums) {
    const count = shrink ? Math.floor(sum / 2) : sum;
    if (count === 0) continue;
    const level = levels.get(key.charAt(0));
    if (level === undefined) levels.set(key.charAt(0), [[key, count]]);
    else level.push([key, count]);
  }
  return new Map(
    [...levels].flatMap(([level, entries]) => {
      const most = mostPerLevel[level] ?? entries.length;
      return entries.length <= most ? entries : entries.sort((a, b) => b[1] - a[1]).slice(0, most);
    }),
  );
}

/** The shares that an attempt's values have among those with the same parent, smoothed: a value that was never seen is rare, not impossible. */
export function sharesOf(census: Census, values: Values): Shares {
  if (census.size === 0) return assumedShares;
  const keys = keysOf(values);
  const share = (level: keyof Shares, parent: string): number => {
    const total = census.get(parent) ?? 0;
    const count = Math.min(total, census.get(keys[level]) ?? 0);
    return Math.max(leastShare, (count + priorLogins * assumedShares[level]) / (total + priorLogins));
  };
  return {
    country: share("country", keys.countries),
    network: share("network", keys.country),
    address: share("address", keys.everywhere),
    os: share("os", keys.clients),
    browser: share("browser", keys.os),
    agent: share("agent", keys.browser),
  };
}

/** Whether a login counts, of a user who was last seen at an instant. */
const countsAgain = (lastAt: number, at: number): boolean => Math.abs(at - lastAt) >= countedEveryMs;

/** Whether a login that lies in the past counts, by the history before it. */
export function isCounted({ addresses, clients }: History, at: number): boolean {
  return [addresses[0], clients[0]].every((seen) => seen === undefined || countsAgain(seen.lastAt, at));
}

function lastOf(compared: Compared<string | number>): number {
  if (compared.state === "known") return compared.seen.lastAt;
  return (compared.state === "new" ? compared.usual?.lastAt : undefined) ?? Number.NEGATIVE_INFINITY;
}

/** What a trusted login adds to the census; undefined where it adds nothing. */
export function countedValues({ observation, address, client, country }: Facts): Values | undefined {
  const last = Math.max(lastOf(address), lastOf(client), lastOf(country));
  return countsAgain(last, observation.at) ? valuesOf(observation) : undefined;
}
