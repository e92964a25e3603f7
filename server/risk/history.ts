import { type Hours, noHours, sawHour } from "./hours.js";
import { nameOf, type Place } from "./location.js";
import { placeKey } from "./travel.js";

/**
 * What is known of a user: the devices, addresses, networks, countries, clients and places of attempts that were allowed, or whose challenge
 * was completed. It is small and kept in place: at most `historyLimit` entries of each kind, none older than `historyMs`, the least recently
 * seen dropped first.
 */
export interface History {
  readonly devices: readonly Seen<string>[];
  /** By address key: IPv4 exact, IPv6 by its /64; `within` is the network. */
  readonly addresses: readonly Seen<string>[];
  /** By autonomous system number; `within` is the country. */
  readonly networks: readonly Seen<number>[];
  /** By ISO 3166-1 alpha-2 code. */
  readonly countries: readonly Seen<string>[];
  /** By client key: system, browser and exact version. */
  readonly clients: readonly Seen<string>[];
  /** Only where the address says where its user is: no anonymiser, data centre or anycast. */
  readonly places: readonly SeenPlace[];
  readonly hours: Hours;
  /** Challenges that were opened and not completed, newest first; at most `openLimit`. */
  readonly open: readonly OpenChallenge[];
  /** The newest completed challenge. */
  readonly verified?: Verified;
  /** Keys of devices and addresses that a feedback called an attacker's, newest first; at most `historyLimit`. */
  readonly blamed: readonly Blamed[];
}

/** One thing that was seen for a user. */
export interface Seen<K> {
  readonly key: K;
  /** Milliseconds since 1970. */
  readonly firstAt: number;
  /** Milliseconds since 1970. */
  readonly lastAt: number;
  /** How often, from 1. */
  readonly count: number;
  /** What it lies in, one step up its hierarchy; absent where that is not known. */
  readonly within?: string | number;
}

/** A place that was seen for a user; its key is the place rounded to a tenth of a degree. */
export interface SeenPlace extends Seen<string> {
  readonly latitude: number;
  readonly longitude: number;
  readonly accuracyKm: number;
  /** For people, such as `Oslo, NO`. */
  readonly name: string;
  /** The network it was last seen from. */
  readonly asn?: number;
}

/** A challenge that waits for its user. */
export interface OpenChallenge {
  readonly challengeId: string;
  readonly at: number;
  readonly deviceId?: string;
}

/** A challenge that its user completed. */
export interface Verified {
  readonly at: number;
  readonly deviceId?: string;
  readonly addressKey?: string;
}

/** A device id or address key that was an attacker's. */
export interface Blamed {
  readonly key: string;
  readonly at: number;
}

/** What one trusted attempt teaches; what is absent was not known of it. */
export interface Lesson {
  readonly deviceId?: string | undefined;
  readonly addressKey?: string | undefined;
  readonly asn?: number | undefined;
  readonly country?: string | undefined;
  readonly client?: string | undefined;
  readonly place?: Place | undefined;
  /** When the attempt happened, in milliseconds since 1970. */
  readonly at: number;
  /** The instant was given by the caller, so it holds also when the lesson is learnt later. */
  readonly eventTime?: true | undefined;
}

/** Most entries of one kind; 8 to 20 are enough to recognise a user (Wiefling et al. 2022). */
export const historyLimit = 20;
/** What was not seen for six months no longer counts. */
export const historyMs = 183 * 86_400_000;
/** Most open challenges that are remembered. */
export const openLimit = 5;

/** The history of a user of whom nothing is known. */
export const emptyHistory: History = {
  devices: [],
  addresses: [],
  networks: [],
  countries: [],
  clients: [],
  places: [],
  hours: noHours,
  open: [],
  blamed: [],
};

/** Whether nothing was learnt yet. */
export function isEmpty({ devices, addresses, networks, countries, clients }: History): boolean {
  return devices.length + addresses.length + networks.length + countries.length + clients.length === 0;
}

/** The entry of `key`, if it was seen. */
export function find<K>(entries: readonly Seen<K>[], key: K): Seen<K> | undefined {
  return entries.find((entry) => entry.key === key);
}

function kept<S extends Seen<unknown>>(entries: readonly S[]): readonly S[] {
  if (isKept(entries)) return entries;
  const sorted = [...entries].sort((a, b) => b.lastAt - a.lastAt).slice(0, historyLimit);
  const newest = sorted[0]?.lastAt ?? 0;
  return sorted.filter((entry) => newest - entry.lastAt <= historyMs);
}

/** Whether entries are in order and all of them count, as they nearly always are. */
function isKept(entries: readonly Seen<unknown>[]): boolean {
  const newest = entries[0]?.lastAt ?? 0;
  let before = newest;
  for (const { lastAt } of entries) {
    if (lastAt > before || newest - lastAt > historyMs) return false;
    before = lastAt;
  }
  return entries.length <= historyLimit;
}

function met<K>(known: Seen<K> | undefined, key: K, at: number): Seen<K> {
  return known === undefined
    ? { key, firstAt: at, lastAt: at, count: 1 }
    : {
        key,
        firstAt: Math.min(known.firstAt, at),
        lastAt: Math.max(known.lastAt, at),
        count: known.count + 1,
      };
}

const others = <T>(entries: readonly T[], known: T | undefined): readonly T[] =>
  known === undefined ? entries : entries.filter((entry) => entry !== known);

function see<K>(
  entries: readonly Seen<K>[],
  key: K | undefined,
  at: number,
  within?: string | number,
): readonly Seen<K>[] {
  if (key === undefined) return entries;
  const known = find(entries, key);
  const seen = met(known, key, at);
  if (within !== undefined) {
    const { firstAt, lastAt, count } = seen;
    return kept([{ key, firstAt, lastAt, count, within }, ...others(entries, known)]);
  }
  return kept([seen, ...others(entries, known)]);
}

function seePlace(
  entries: readonly SeenPlace[],
  place: Place | undefined,
  at: number,
  asn?: number,
): readonly SeenPlace[] {
  if (place === undefined) return entries;
  const key = placeKey(place);
  const known = entries.find((entry) => entry.key === key);
  // An attempt that is learnt late leaves the newer network in place.
  const network = known !== undefined && known.lastAt > at ? known.asn : asn;
  const { firstAt, lastAt, count } = met(known, key, at);
  const { latitude, longitude, accuracyKm } = place;
  const name = nameOf(place);
  const seen: SeenPlace =
    network === undefined
      ? { key, firstAt, lastAt, count, latitude, longitude, accuracyKm, name }
      : { key, firstAt, lastAt, count, latitude, longitude, accuracyKm, name, asn: network };
  return kept([seen, ...others(entries, known)]);
}

/** The history after one more trusted attempt; last seen first. */
export function learn(history: History, lesson: Lesson): History {
  const { at } = lesson;
  return {
    ...history,
    devices: see(history.devices, lesson.deviceId, at),
    addresses: see(history.addresses, lesson.addressKey, at, lesson.asn),
    networks: see(history.networks, lesson.asn, at, lesson.country),
    countries: see(history.countries, lesson.country, at),
    clients: see(history.clients, lesson.client, at),
    places: seePlace(history.places, lesson.place, at, lesson.asn),
    hours: sawHour(history.hours, at),
  };
}

/** The history after a challenge was opened; nothing is learnt by it. */
export function asked(history: History, challenge: OpenChallenge): History {
  return { ...history, open: [challenge, ...history.open].slice(0, openLimit) };
}

/**
 * The history after a challenge was completed: its attempt is learnt, and challenges before it no longer count as abandoned, as the owner has
 * shown up since.
 */
export function completed(history: History, lesson: Lesson): History {
  const { at, deviceId, addressKey } = lesson;
  const verified: Verified = {
    at,
    ...(deviceId === undefined ? {} : { deviceId }),
    ...(addressKey === undefined ? {} : { addressKey }),
  };
  const taught = learn(history, lesson);
  return {
    ...taught,
    open: history.open.filter((challenge) => challenge.at > at && challenge.deviceId !== deviceId),
    verified: history.verified === undefined || history.verified.at <= at ? verified : history.verified,
  };
}

/** The history without one device. */
export function forgetDevice(history: History, deviceId: string): History {
  return { ...history, devices: history.devices.filter((entry) => entry.key !== deviceId) };
}
