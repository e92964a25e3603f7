import {
  type Blamed,
  emptyHistory,
  type History,
  type OpenChallenge,
  type Seen,
  type SeenPlace,
  type Verified,
} from "../../risk/history.js";
import { pack } from "./pack.js";
import { dictionary, type Packable } from "./packed-format.js";
import { unpack } from "./unpack.js";

/** Words that histories repeat. Only ever added to at the end: see `dictionary`. */
const words = dictionary([
  ...["d", "a", "n", "c", "k", "p", "h", "o", "v", "b", "at", "deviceId", "addressKey", "challengeId", "key"],
  ...["US", "NO", "GB", "DE", "FR", "BR", "PL", "IN"],
]);

type Row = readonly Packable[];

/** A history as rows under short names, since it is read and written on every evaluation; empty parts are left out. */
interface Rows {
  /** Devices, without their ids, in the order of the ids. */
  readonly d?: readonly Row[];
  readonly a?: readonly Row[];
  readonly n?: readonly Row[];
  readonly c?: readonly Row[];
  /** Clients. */
  readonly k?: readonly Row[];
  readonly p?: readonly Row[];
  readonly h?: readonly number[];
  readonly o?: readonly OpenChallenge[];
  readonly v?: Verified;
  readonly b?: readonly Blamed[];
}

/** A history as its two columns have it: the ids of its devices, which statements look into, and all the rest. */
export interface StoredHistory {
  readonly devices: readonly string[];
  readonly memory: Uint8Array;
}

const toRows = (entries: readonly Seen<string | number>[]): readonly Row[] | undefined =>
  entries.length === 0
    ? undefined
    : entries.map(({ key, firstAt, lastAt, count, within }) =>
        within === undefined ? [key, firstAt, lastAt, count] : [key, firstAt, lastAt, count, within],
      );

function fromRows<K extends string | number>(rows: readonly Row[] | undefined): readonly Seen<K>[] {
  return (rows ?? []).map((row) => {
    const [key, firstAt, lastAt, count, within] = row as [
      K,
      number,
      number,
      number,
      string | number | undefined,
    ];
    return within === undefined ? { key, firstAt, lastAt, count } : { key, firstAt, lastAt, count, within };
  });
}

const toPlaceRow = (place: SeenPlace): Row => {
  const { key, firstAt, lastAt, count, latitude, longitude, accuracyKm, name, asn } = place;
  return [key, firstAt, lastAt, count, latitude, longitude, accuracyKm, name, asn ?? null];
};

function fromPlaceRow(row: Row): SeenPlace {
  const [key, firstAt, lastAt, count, latitude, longitude, accuracyKm, name, asn] = row as [
    ...[string, number, number, number, number, number, number, string, number | null],
  ];
  const place = { key, firstAt, lastAt, count, latitude, longitude, accuracyKm, name };
  return asn === null ? place : { ...place, asn };
}

/** Writes a history in its stored form. */
export function encodeHistory(history: History): StoredHistory {
  const { devices, addresses, networks, countries, clients, places, hours, open, verified, blamed } = history;
  const rows = {
    d:
      devices.length === 0
        ? undefined
        : devices.map(({ firstAt, lastAt, count }) => [firstAt, lastAt, count]),
    a: toRows(addresses),
    n: toRows(networks),
    c: toRows(countries),
    k: toRows(clients),
    p: places.length === 0 ? undefined : places.map(toPlaceRow),
    h: hours.length === 0 ? undefined : hours,
    o: open.length === 0 ? undefined : (open as unknown as Packable),
    v: verified as unknown as Packable | undefined,
    b: blamed.length === 0 ? undefined : (blamed as unknown as Packable),
  };
  return { devices: devices.map(({ key }) => key), memory: pack(rows, words) };
}

/** Reads a stored history; that of a user without a row is empty. */
export function decodeHistory(stored: StoredHistory | undefined): History {
  if (stored === undefined) return emptyHistory;
  const rows = unpack(stored.memory, words) as unknown as Rows;
  return {
    devices: (rows.d ?? []).map((row, index) => {
      const [firstAt, lastAt, count] = row as [number, number, number];
      return { key: stored.devices[index] ?? "", firstAt, lastAt, count };
    }),
    addresses: fromRows<string>(rows.a),
    networks: fromRows<number>(rows.n),
    countries: fromRows<string>(rows.c),
    clients: fromRows<string>(rows.k),
    places: (rows.p ?? []).map(fromPlaceRow),
    hours: rows.h ?? emptyHistory.hours,
    open: rows.o ?? [],
    ...(rows.v === undefined ? {} : { verified: rows.v }),
    blamed: rows.b ?? [],
  };
}
