import {
  type Blamed,
  emptyHistory,
  type History,
  type Lesson,
  type OpenChallenge,
  type Seen,
  type SeenPlace,
  type Verified,
} from "../../risk/history.js";

type Row<K> = readonly [key: K, firstAt: number, lastAt: number, count: number, within?: string | number];
type PlaceRow = readonly [
  key: string,
  firstAt: number,
  lastAt: number,
  count: number,
  latitude: number,
  longitude: number,
  accuracyKm: number,
  name: string,
  asn: number | null,
];

/** A history as it lies in the database: short names and rows, since it is read and written on every evaluation. */
export interface StoredHistory {
  readonly d?: readonly Row<string>[];
  readonly a?: readonly Row<string>[];
  readonly n?: readonly Row<number>[];
  readonly c?: readonly Row<string>[];
  /** Clients. */
  readonly k?: readonly Row<string>[];
  readonly p?: readonly PlaceRow[];
  readonly h?: readonly number[];
  readonly o?: readonly OpenChallenge[];
  readonly v?: Verified;
  readonly b?: readonly Blamed[];
}

const toRows = <K>(entries: readonly Seen<K>[]): readonly Row<K>[] =>
  entries.map(({ key, firstAt, lastAt, count, within }) =>
    within === undefined ? [key, firstAt, lastAt, count] : [key, firstAt, lastAt, count, within],
  );

const fromRows = <K>(rows: readonly Row<K>[] | undefined): readonly Seen<K>[] =>
  (rows ?? []).map(([key, firstAt, lastAt, count, within]) =>
    within === undefined ? { key, firstAt, lastAt, count } : { key, firstAt, lastAt, count, within },
  );

const toPlaceRows = (places: readonly SeenPlace[]): readonly PlaceRow[] =>
  places.map(({ key, firstAt, lastAt, count, latitude, longitude, accuracyKm, name, asn }) => [
    key,
    firstAt,
    lastAt,
    count,
    latitude,
    longitude,
    accuracyKm,
    name,
    asn ?? null,
  ]);

const fromPlaceRows = (rows: readonly PlaceRow[] | undefined): readonly SeenPlace[] =>
  (rows ?? []).map(([key, firstAt, lastAt, count, latitude, longitude, accuracyKm, name, asn]) => ({
    key,
    firstAt,
    lastAt,
    count,
    latitude,
    longitude,
    accuracyKm,
    name,
    ...(asn === null ? {} : { asn }),
  }));

/** Writes a history in its stored form; empty parts are left out. */
export function encodeHistory(history: History): StoredHistory {
  return {
    d: toRows(history.devices),
    a: toRows(history.addresses),
    n: toRows(history.networks),
    c: toRows(history.countries),
    ...(history.clients.length === 0 ? {} : { k: toRows(history.clients) }),
    ...(history.places.length === 0 ? {} : { p: toPlaceRows(history.places) }),
    ...(history.hours.length === 0 ? {} : { h: history.hours }),
    ...(history.open.length === 0 ? {} : { o: history.open }),
    ...(history.verified === undefined ? {} : { v: history.verified }),
    ...(history.blamed.length === 0 ? {} : { b: history.blamed }),
  };
}

/** Reads a stored history; that of a user without a row is empty. */
export function decodeHistory(stored: StoredHistory | null | undefined): History {
  if (stored === null || stored === undefined) return emptyHistory;
  return {
    devices: fromRows(stored.d),
    addresses: fromRows(stored.a),
    networks: fromRows(stored.n),
    countries: fromRows(stored.c),
    clients: fromRows(stored.k),
    places: fromPlaceRows(stored.p),
    hours: stored.h ?? emptyHistory.hours,
    open: stored.o ?? [],
    ...(stored.v === undefined ? {} : { verified: stored.v }),
    blamed: stored.b ?? [],
  };
}

/** A lesson lies in the database as it is. */
export type StoredLesson = Lesson;
