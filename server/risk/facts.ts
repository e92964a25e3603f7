import type { Listed } from "./access-list.js";
import { find, type History, isEmpty, type Seen } from "./history.js";

/** The attempt, reduced to what can be compared. Absent: it was not given or is not known. */
export interface Observation {
  readonly deviceId?: string;
  /** Canonical address. */
  readonly ip?: string;
  /** Why nothing can be said about the address, such as `private`. */
  readonly ipNotEvaluable?: string;
  /** IPv4 exact, IPv6 by its /64. */
  readonly addressKey?: string;
  readonly network?: { readonly asn: number; readonly name: string };
  /** ISO 3166-1 alpha-2. */
  readonly country?: string;
  /** Whether a city database was there to ask. */
  readonly geoAvailable: boolean;
  /** Which given contacts differ from those known for the user. */
  readonly changedContacts: readonly string[];
  /** The entries of the project's lists that it is on. */
  readonly listed?: Listed;
}

/** One trait of the attempt beside the user's history. `absent`: nothing to compare. */
export type Compared<K> =
  | { readonly state: "absent" }
  | { readonly state: "known"; readonly key: K; readonly seen: Seen<K> }
  | {
      readonly state: "new";
      readonly key: K;
      readonly usual: Seen<K> | undefined;
      readonly knownCount: number;
    };

/** The attempt beside the user's history: what every reason is drawn from. */
export interface Facts {
  readonly observation: Observation;
  /** Nothing was learnt of this user yet, so nothing can be new. */
  readonly firstSeenUser: boolean;
  readonly device: Compared<string>;
  readonly address: Compared<string>;
  readonly network: Compared<number>;
  readonly country: Compared<string>;
}

function compare<K>(entries: readonly Seen<K>[], key: K | undefined): Compared<K> {
  if (key === undefined) return { state: "absent" };
  const seen = find(entries, key);
  if (seen !== undefined) return { state: "known", key, seen };
  return { state: "new", key, usual: entries[0], knownCount: entries.length };
}

/** Compares an attempt with the user's history. */
export function gatherFacts(observation: Observation, history: History): Facts {
  return {
    observation,
    firstSeenUser: isEmpty(history),
    device: compare(history.devices, observation.deviceId),
    address: compare(history.addresses, observation.addressKey),
    network: compare(history.networks, observation.network?.asn),
    country: compare(history.countries, observation.country),
  };
}
