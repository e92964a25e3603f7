import { emptyHistory, type History, type Lesson, type Seen } from "../../risk/history.js";

type Row<K> = readonly [key: K, firstAt: number, lastAt: number, count: number];

/** A history as it lies in the database: short names and rows, since it is read and written on every evaluation. */
export interface StoredHistory {
  readonly d?: readonly Row<string>[];
  readonly a?: readonly Row<string>[];
  readonly n?: readonly Row<number>[];
  readonly c?: readonly Row<string>[];
}

const toRows = <K>(entries: readonly Seen<K>[]): readonly Row<K>[] =>
  entries.map(({ key, firstAt, lastAt, count }) => [key, firstAt, lastAt, count]);

const fromRows = <K>(rows: readonly Row<K>[] | undefined): readonly Seen<K>[] =>
  (rows ?? []).map(([key, firstAt, lastAt, count]) => ({ key, firstAt, lastAt, count }));

/** Writes a history in its stored form. */
export function encodeHistory(history: History): StoredHistory {
  return {
    d: toRows(history.devices),
    a: toRows(history.addresses),
    n: toRows(history.networks),
    c: toRows(history.countries),
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
  };
}

/** A lesson lies in the database as it is. */
export type StoredLesson = Lesson;
