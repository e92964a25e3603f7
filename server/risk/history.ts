/**
 * What is known of a user: the devices, addresses, networks and countries of attempts that were allowed, or whose challenge was completed.
 * It is small and kept in place: at most `historyLimit` entries of each kind, the least recently seen dropped first.
 */
export interface History {
  readonly devices: readonly Seen<string>[];
  /** By address key: IPv4 exact, IPv6 by its /64. */
  readonly addresses: readonly Seen<string>[];
  /** By autonomous system number. */
  readonly networks: readonly Seen<number>[];
  /** By ISO 3166-1 alpha-2 code. */
  readonly countries: readonly Seen<string>[];
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
}

/** What one trusted attempt teaches; what is absent was not known of it. */
export interface Lesson {
  readonly deviceId?: string;
  readonly addressKey?: string;
  readonly asn?: number;
  readonly country?: string;
  /** When the attempt happened, in milliseconds since 1970. */
  readonly at: number;
}

/** Most entries of one kind; 8 to 20 are enough to recognise a user (Wiefling et al. 2022). */
export const historyLimit = 20;

/** The history of a user of whom nothing is known. */
export const emptyHistory: History = { devices: [], addresses: [], networks: [], countries: [] };

/** Whether nothing was learnt yet. */
export function isEmpty(history: History): boolean {
  return (
    history.devices.length + history.addresses.length + history.networks.length + history.countries.length ===
    0
  );
}

/** The entry of `key`, if it was seen. */
export function find<K>(entries: readonly Seen<K>[], key: K): Seen<K> | undefined {
  return entries.find((entry) => entry.key === key);
}

function see<K>(entries: readonly Seen<K>[], key: K | undefined, at: number): readonly Seen<K>[] {
  if (key === undefined) return entries;
  const known = find(entries, key);
  const seen: Seen<K> =
    known === undefined
      ? { key, firstAt: at, lastAt: at, count: 1 }
      : {
          key,
          firstAt: Math.min(known.firstAt, at),
          lastAt: Math.max(known.lastAt, at),
          count: known.count + 1,
        };
  return [seen, ...entries.filter((entry) => entry !== known)]
    .sort((a, b) => b.lastAt - a.lastAt)
    .slice(0, historyLimit);
}

/** The history after one more trusted attempt; last seen first. */
export function learn(history: History, lesson: Lesson): History {
  return {
    devices: see(history.devices, lesson.deviceId, lesson.at),
    addresses: see(history.addresses, lesson.addressKey, lesson.at),
    networks: see(history.networks, lesson.asn, lesson.at),
    countries: see(history.countries, lesson.country, lesson.at),
  };
}

/** The history without one device. */
export function forgetDevice(history: History, deviceId: string): History {
  return { ...history, devices: history.devices.filter((entry) => entry.key !== deviceId) };
}
