import type { Contacts } from "../../challenge/contacts.js";
import type { Device } from "../../device/device.js";
import type { Counter } from "../../risk/counters.js";
import type { History } from "../../risk/history.js";
import { Columns } from "./columns.js";
import { toCounter } from "./counter-codec.js";
import { decodeReadings } from "./device-codec.js";
import { decodeHistory } from "./history-codec.js";

/** Lines, of which each is a row as `Columns` reads it: PostgreSQL takes longer over JSON, which it writes character by character. Null where there is none. */
type Lines = string | null;

/** What the statement of `recallBatch` answers: one row, of lists. */
export interface Answer {
  /** Number, version, devices, history in hexadecimal, contacts in JSON. */
  people: Lines;
  /** Number and device. */
  prints: Lines;
  /** Item and device. */
  along: Lines;
  /** Id, version, readings in hexadecimal. */
  devices: Lines;
  /** See `toCounter`; a list, as there may be line breaks in their keys. */
  counters: readonly string[] | null;
  repeated: readonly (readonly [item: number, evaluationId: string, requestHash: string])[] | null;
}

/** What is known of a user. */
export interface Person {
  readonly version: number;
  readonly history: History;
  readonly contacts: Contacts;
}

const rowsOf = (lines: Lines | undefined): readonly Columns[] =>
  lines ? lines.split("\n").map((line) => new Columns(line)) : [];

/** People by number. */
export function readPeople(lines: Lines | undefined): ReadonlyMap<number, Person> {
  const people = new Map<number, Person>();
  for (const row of rowsOf(lines)) {
    const [n, version, devices, memory] = [row.number(), row.number(), row.next(), row.next()];
    const history = decodeHistory({
      devices: devices === "" ? [] : devices.split(","),
      memory: Buffer.from(memory, "hex"),
    });
    people.set(n, { version, history, contacts: JSON.parse(row.rest()) as Contacts });
  }
  return people;
}

/** The devices of fingerprints by their number. */
export function readPrints(lines: Lines | undefined): ReadonlyMap<number, string> {
  const devices = new Map<number, string>();
  for (const row of rowsOf(lines)) devices.set(row.number(), row.rest());
  return devices;
}

/** The devices that paths lead to, by item. */
export function readAlong(lines: Lines | undefined): ReadonlyMap<number, readonly string[]> {
  const devices = new Map<number, string[]>();
  for (const row of rowsOf(lines)) {
    const item = row.number();
    const group = devices.get(item);
    if (group === undefined) devices.set(item, [row.rest()]);
    else group.push(row.rest());
  }
  return devices;
}

/** Devices by id. */
export function readDevices(lines: Lines | undefined): ReadonlyMap<string, Device> {
  const devices = new Map<string, Device>();
  for (const row of rowsOf(lines)) {
    const [deviceId, version] = [row.next(), row.number()];
    devices.set(deviceId, { deviceId, version, readings: decodeReadings(Buffer.from(row.rest(), "hex")) });
  }
  return devices;
}

/** Counters by key. */
export function readCounters(texts: Answer["counters"] | undefined): ReadonlyMap<string, Counter> {
  const counters = new Map<string, Counter>();
  for (const text of texts ?? []) {
    const counter = toCounter(text);
    counters.set(counter.key, counter);
  }
  return counters;
}
