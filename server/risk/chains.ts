import type { History, Seen } from "./history.js";
import { toDigits } from "./to-digits.js";

/**
 * How surprising the attempt is for this user, compared with anybody, level by level along two hierarchies. Each number is a log-likelihood
 * ratio (natural logarithm): above 0 the value is rarer for the user than for anybody, below 0 it is more usual; 0 where nothing can be said.
 *
 * Back-off: `p_u(k | parent) = (c_u(k) + b·p_g(k | parent)) / (c_u(parent) + b)`, the ratio `log p_g − log p_u`. After Freeman et al. (NDSS
 * 2016), with the hierarchy kept instead of flattened. `b` grows with how many different values the user had below the same parent (Witten and
 * Bell's estimate of novelty), so that whoever changes address at every login is not surprised by one more.
 */
export interface Likelihoods {
  readonly country: number;
  readonly network: number;
  readonly address: number;
  readonly os: number;
  readonly browser: number;
  readonly agent: number;
}

/** Shares of the whole project that each value of the attempt has among those with the same parent; 0 to 1, smoothed, never 0. */
export interface Shares {
  readonly country: number;
  readonly network: number;
  readonly address: number;
  readonly os: number;
  readonly browser: number;
  readonly agent: number;
}

/** Shares where the project is too young to say: about what a project with users of several countries has. */
export const assumedShares: Shares = {
  country: 0.1,
  network: 0.05,
  address: 0.0005,
  os: 0.25,
  browser: 0.3,
  agent: 0.02,
};

/** Pseudo-counts of novelty per level for a user with one value: how seldom a first change is, from the published shares of new values. */
const novelty = { country: 0.15, network: 0.8, address: 1.5, os: 0.2, browser: 0.3, agent: 2 } as const;
/** More sightings than this say no more: habits change. */
const mostSightings = 40;
/** No level says more than this, either way. */
const mostPerLevel = 5;

/** Divides a client key into its levels: `os`, `os browser` and the whole. */
export function clientLevels(client: string): { os: string; browser: string } {
  const first = client.indexOf("|");
  const second = client.indexOf("|", first + 1);
  return { os: client.slice(0, Math.max(0, first)), browser: client.slice(0, Math.max(0, second)) };
}

/** What the user's history says of a value. */
interface Sightings {
  /** Sightings of the value. */
  readonly own: number;
  /** Sightings of its parent. */
  readonly parent: number;
  /** Different values below the parent. */
  readonly values: number;
}

function ratio(level: keyof Shares, shares: Shares, { own, parent, values }: Sightings): number {
  if (parent === 0) return 0;
  const share = shares[level];
  const scale = Math.min(1, mostSightings / parent);
  const b = novelty[level] + Math.max(0, values - 1);
  const forUser = (own * scale + b * share) / (parent * scale + b);
  return toDigits(Math.max(-mostPerLevel, Math.min(mostPerLevel, Math.log(share / forUser))), 4);
}

function below<K>(
  entries: readonly Seen<K>[],
  key: K | undefined,
  inside: (entry: Seen<K>) => boolean,
): Sightings {
  let own = 0;
  let parent = 0;
  let values = 0;
  for (const entry of entries) {
    if (!inside(entry)) continue;
    parent += entry.count;
    values++;
    if (entry.key === key) own = entry.count;
  }
  return { own, parent, values };
}

/** The values of an attempt along both hierarchies; what is absent says nothing. */
export interface Values {
  readonly country?: string | undefined;
  readonly asn?: number | undefined;
  readonly addressKey?: string | undefined;
  readonly client?: string | undefined;
}

/** The values of an attempt. */
export function valuesOf({
  country,
  network,
  addressKey,
  client,
}: {
  readonly country?: string | undefined;
  readonly network?: { readonly asn: number } | undefined;
  readonly addressKey?: string | undefined;
  readonly client?: string | undefined;
}): Values {
  return { country, asn: network?.asn, addressKey, client };
}

/** Compares an attempt with the user's history and the project. */
export function likelihoods(values: Values, history: History, shares: Shares): Likelihoods {
  const { country, asn, addressKey, client } = values;
  const { countries, networks, addresses, clients } = history;
  const { os, browser, agent } = clientLikelihoods(client, clients, shares);
  return {
    country:
      country === undefined
        ? 0
        : ratio(
            "country",
            shares,
            below(countries, country, () => true),
          ),
    network:
      asn === undefined
        ? 0
        : ratio(
            "network",
            shares,
            below(networks, asn, ({ within }) => within === country),
          ),
    address:
      addressKey === undefined
        ? 0
        : ratio(
            "address",
            shares,
            below(addresses, addressKey, ({ within }) => within === asn),
          ),
    os,
    browser,
    agent,
  };
}

const noClient = { os: 0, browser: 0, agent: 0 };

function clientLikelihoods(
  client: string | undefined,
  entries: readonly Seen<string>[],
  shares: Shares,
): Pick<Likelihoods, "os" | "browser" | "agent"> {
  if (client === undefined || entries.length === 0) return noClient;
  const { os, browser } = clientLevels(client);
  const [systems, browsersOfOs] = [new Set<string>(), new Set<string>()];
  const [sameOs, sameBrowser, sameAgent] = [
    { own: 0, parent: 0, values: 0 },
    { own: 0, parent: 0, values: 0 },
    { own: 0, parent: 0, values: 0 },
  ];
  for (const { key, count } of entries) {
    const levels = clientLevels(key);
    systems.add(levels.os);
    sameOs.parent += count;
    if (levels.os !== os) continue;
    browsersOfOs.add(levels.browser);
    sameOs.own += count;
    sameBrowser.parent += count;
    if (levels.browser !== browser) continue;
    sameBrowser.own += count;
    sameAgent.parent += count;
    sameAgent.values++;
    if (key === client) sameAgent.own = count;
  }
  sameOs.values = systems.size;
  sameBrowser.values = browsersOfOs.size;
  return {
    os: ratio("os", shares, sameOs),
    browser: ratio("browser", shares, sameBrowser),
    agent: ratio("agent", shares, sameAgent),
  };
}
