import type { Listed } from "./access-list.js";
import { type Anonymity, hidesPlace } from "./anonymity.js";
import { assumedShares, type Likelihoods, likelihoods, type Shares, valuesOf } from "./chains.js";
import { find, type History, isEmpty, type OpenChallenge, type Seen, type SeenPlace } from "./history.js";
import { type HourFit, hourFit } from "./hours.js";
import { nearKeyOf } from "./ip-address.js";
import type { Place } from "./location.js";
import { toDigits } from "./to-digits.js";
import type { Traffics } from "./traffic.js";
import { distanceKm, kmBeyondRadii, type Travel, travelBetween } from "./travel.js";

/** The attempt, reduced to what can be compared. Absent: it was not given or is not known. */
export interface Observation {
  /** When it happened, in milliseconds since 1970. */
  readonly at: number;
  readonly deviceId?: string | undefined;
  /** Log-odds (natural logarithm) that it is that device. */
  readonly deviceLogOdds?: number | undefined;
  /** 0 to 1: that it is this device. */
  readonly deviceConfidence?: number | undefined;
  /** Names of the traits in which it differs from when it was last seen. */
  readonly deviceChanged?: readonly string[] | undefined;
  /** A valid device token of this very device came along. */
  readonly deviceProven?: true | undefined;
  /** The device token is of this device, but the fingerprint is of another. */
  readonly tokenDeviceId?: string | undefined;
  /** Why a device token that came says nothing: `malformed`, `forged`, `expired` or `unproven`. */
  readonly tokenIgnored?: string | undefined;
  /** Canonical address. */
  readonly ip?: string | undefined;
  /** Why nothing can be said about the address, such as `private`. */
  readonly ipNotEvaluable?: string | undefined;
  /** IPv4 exact, IPv6 by its /64. */
  readonly addressKey?: string | undefined;
  readonly network?: { readonly asn: number; readonly name: string } | undefined;
  /** ISO 3166-1 alpha-2. */
  readonly country?: string | undefined;
  readonly place?: Place | undefined;
  /** What hides where the user of the address is. */
  readonly anonymity: Anonymity;
  /** Whether a city database was there to ask. */
  readonly geoAvailable: boolean;
  /** System, browser and exact version, parted by `|`. */
  readonly client?: string | undefined;
  /** Which given contacts differ from those known for the user. */
  readonly changedContacts: readonly string[];
  /** The entries of the project's lists that it is on. */
  readonly listed?: Listed | undefined;
  /** Domain of the given e-mail address where it is a throw-away mail service. */
  readonly disposableDomain?: string | undefined;
  readonly traffics: Traffics;
}

/** An observation of nothing, at an instant; to be spread under what is known. */
export function nothingObserved(at: number): Observation {
  return { at, anonymity: {}, geoAvailable: true, changedContacts: [], traffics: {} };
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

/** The place of the attempt beside the nearest that is known of the user. */
export type ComparedPlace =
  | { readonly state: "absent" }
  | { readonly state: "known" | "new"; readonly nearest: SeenPlace; readonly km: number };

/** The attempt beside the user's history: what every reason is drawn from. */
export interface Facts {
  readonly observation: Observation;
  /** Nothing was learnt of this user yet, so nothing can be new. */
  readonly firstSeenUser: boolean;
  /** How many devices are known of this user. */
  readonly devicesKnown: number;
  /** How often these devices were seen in all. */
  readonly devicesSeen: number;
  readonly device: Compared<string>;
  readonly address: Compared<string>;
  /** The known address of the same neighbourhood, where the address itself is new. */
  readonly near: Seen<string> | undefined;
  readonly network: Compared<number>;
  readonly country: Compared<string>;
  readonly client: Compared<string>;
  readonly place: ComparedPlace;
  /** From the last trusted place; absent where the place says nothing, or this pair of networks is usual for the user. */
  readonly travel: (Travel & { readonly from: SeenPlace }) | undefined;
  readonly hour: HourFit | undefined;
  readonly likelihoods: Likelihoods;
  /** Challenges of the last days that were opened and not completed, newest first. */
  readonly abandoned: readonly OpenChallenge[];
  /** When the user completed a challenge on this device or address in the last days. */
  readonly verifiedAt: number | undefined;
  /** The device or address of the attempt that a feedback called an attacker's, and when. */
  readonly blamed: { readonly what: "device" | "address"; readonly at: number } | undefined;
}

const dayMs = 86_400_000;
/** How long an open challenge counts as abandoned. */
const abandonedMs = 7 * dayMs;
/** A challenge opened less than this ago may still be on its way to be completed. */
const unhurriedMs = 10 * 60_000;
/** How long a completed challenge speaks for its device and address. */
const verifiedMs = 30 * dayMs;
/** From so many sightings of each, two networks are a pair that the user changes between. */
const usualSightings = 3;

function compare<K>(entries: readonly Seen<K>[], key: K | undefined): Compared<K> {
  if (key === undefined) return { state: "absent" };
  const seen = find(entries, key);
  if (seen !== undefined) return { state: "known", key, seen };
  return { state: "new", key, usual: entries[0], knownCount: entries.length };
}

function nearOf(addressKey: string | undefined, known: readonly Seen<string>[]): Seen<string> | undefined {
  if (addressKey === undefined) return undefined;
  const near = nearKeyOf(addressKey);
  return known.find(({ key }) => key !== addressKey && nearKeyOf(key) === near);
}

function comparePlace(place: Place | undefined, known: readonly SeenPlace[]): ComparedPlace {
  let nearest: SeenPlace | undefined;
  let least = Number.POSITIVE_INFINITY;
  if (place === undefined) return { state: "absent" };
  for (const seen of known) {
    const km = distanceKm(seen, place);
    if (km >= least) continue;
    least = km;
    nearest = seen;
  }
  if (nearest === undefined) return { state: "absent" };
  const km = kmBeyondRadii(nearest, place);
  return { state: km > 0 ? "new" : "known", nearest, km: toDigits(km, 2) };
}

function travelOf(
  { place, network, at }: Observation,
  { places, networks }: History,
): (Travel & { readonly from: SeenPlace }) | undefined {
  const from = places[0];
  if (place === undefined || from === undefined) return undefined;
  if (from.asn !== undefined && network !== undefined && from.asn !== network.asn) {
    const before = find(networks, from.asn)?.count ?? 0;
    const present = find(networks, network.asn)?.count ?? 0;
    if (before >= usualSightings && present >= usualSightings) return undefined;
  }
  return { ...travelBetween(from, from.lastAt, place, at), from };
}

/** Whether a client key is made of hashes of a fingerprint rather than of words of a User-Agent header. */
const isHashed = (client: string): boolean => client.length === 26 && client[8] === "|" && client[17] === "|";

/** The history with those clients that can be compared with this one: a fingerprint and a header name the same browser differently. */
function comparable(history: History, client: string | undefined): History {
  if (client === undefined) return history;
  const hashed = isHashed(client);
  const alike = history.clients.filter(({ key }) => isHashed(key) === hashed);
  return alike.length === history.clients.length ? history : { ...history, clients: alike };
}

function withoutPlace({ place: _, ...observation }: Observation): Observation {
  return observation;
}

/** Compares an attempt with the user's history, and with what is usual in the project by the shares that its values have there. */
export function gatherFacts(given: Observation, learnt: History, shares: Shares = assumedShares): Facts {
  // A place that is hidden is none.
  const observation = hidesPlace(given.anonymity) ? withoutPlace(given) : given;
  const { at, deviceId, addressKey, network, country, client } = observation;
  const history = comparable(learnt, client);
  const address = compare(history.addresses, addressKey);
  const device = compare(history.devices, deviceId);
  // Who is at a known address on a known device has not travelled: two devices of one user can be far apart.
  const atHome = device.state === "known" && address.state === "known";
  const { verified } = history;
  const verifiedHere =
    verified !== undefined &&
    Math.abs(at - verified.at) <= verifiedMs &&
    ((deviceId !== undefined && verified.deviceId === deviceId) ||
      (addressKey !== undefined && verified.addressKey === addressKey));
  return {
    observation,
    firstSeenUser: isEmpty(learnt),
    devicesKnown: history.devices.length,
    devicesSeen: history.devices.reduce((sum, { count }) => sum + count, 0),
    device,
    address,
    near: address.state === "new" ? nearOf(addressKey, history.addresses) : undefined,
    network: compare(history.networks, network?.asn),
    country: compare(history.countries, country),
    client: compare(history.clients, client),
    place: comparePlace(observation.place, history.places),
    travel: atHome ? undefined : travelOf(observation, history),
    hour: hourFit(history.hours, at),
    likelihoods: likelihoods(valuesOf(observation), history, shares),
    abandoned: history.open.filter(
      (challenge) => at - challenge.at >= unhurriedMs && at - challenge.at <= abandonedMs,
    ),
    verifiedAt: verifiedHere ? verified.at : undefined,
    blamed: blamedOf(history, deviceId, addressKey),
  };
}

function blamedOf(history: History, deviceId: string | undefined, addressKey: string | undefined) {
  for (const { key, at } of history.blamed) {
    if (key === deviceId) return { what: "device", at } as const;
    if (key === addressKey) return { what: "address", at } as const;
  }
  return undefined;
}
