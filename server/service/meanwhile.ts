import type { Device } from "../device/device.js";
import { type Count, type Counter, type CounterKey, counted, deviceCounterKey } from "../risk/counters.js";
import type { History } from "../risk/history.js";
import type { DeviceMemories, Memories, Record } from "../store/evaluation-store.js";
import type { Prepared } from "./judge-attempt.js";
import type { Sighting } from "./sight-device.js";

/** What of an attempt matters to those after it. */
export type Known = Pick<Prepared, "userKey" | "sighting" | "counterKeys">;

/** What attempts that are judged together teach each other, in their order, before any of it is kept. */
export interface Meanwhile {
  /** Memories that were read before the batch, as they are after those of it that were judged already. */
  amend(prepared: Known, memories: Memories): Memories;
  /** Notes one more that was judged. */
  note(prepared: Known, record: Pick<Record, "user" | "device" | "counts">): void;
}

const none: readonly never[] = [];

/** Makes Meanwhile for one batch. */
export function createMeanwhile(): Meanwhile {
  const users = new Map<string, NonNullable<Record["user"]>>();
  const devices = new Map<string, Device>();
  /** Devices by the identities that they took. */
  const identities = new Map<string, string>();
  const counts = new Map<string, Count[]>();

  let noted = false;

  /** Identities of a sighting that devices took meanwhile. */
  const takenBy = ({ lookup }: Sighting, known: DeviceMemories["identities"]) =>
    lookup.identities.flatMap(({ key }, index) => {
      const deviceId = identities.get(text(key));
      return deviceId === undefined || known.some((one) => one.index === index) ? [] : [{ index, deviceId }];
    });

  const withDevices = (
    sighting: Sighting | undefined,
    before: DeviceMemories,
    { devices: seen }: History,
  ): DeviceMemories => {
    if (sighting === undefined || devices.size === 0) return before;
    const taken = identities.size === 0 ? none : takenBy(sighting, before.identities);
    return {
      identities: taken.length === 0 ? before.identities : [...before.identities, ...taken],
      devices: withChanged(before.devices, devices, [
        ...taken.map(({ deviceId }) => deviceId),
        ...seen.map(({ key }) => key),
      ]),
    };
  };

  return {
    amend({ userKey, sighting, counterKeys }, memories) {
      if (!noted) return memories;
      const { history, contacts } = users.get(userKey) ?? memories;
      const device = withDevices(sighting, memories.device, history);
      return {
        ...memories,
        history,
        contacts,
        device,
        counters: withCounts(memories.counters, counts, counterKeys, device.identities),
      };
    },

    note({ userKey }, { user, device, counts: added }) {
      noted = true;
      if (user !== undefined) users.set(userKey, user);
      if (device !== undefined) {
        devices.set(device.device.deviceId, device.device);
        for (const key of device.identityKeys) identities.set(text(key), device.device.deviceId);
      }
      for (const count of added) {
        const before = counts.get(count.key);
        if (before === undefined) counts.set(count.key, [count]);
        else before.push(count);
      }
    },
  };
}

const text = (key: Uint8Array) => Buffer.from(key.buffer, key.byteOffset, key.length).toString("latin1");

/** The known devices as they are now, and the wanted ones among the changed. */
function withChanged(
  known: readonly Device[],
  changed: ReadonlyMap<string, Device>,
  wanted: readonly string[],
): readonly Device[] {
  if (!known.some(({ deviceId }) => changed.has(deviceId)) && !wanted.some((id) => changed.has(id)))
    return known;
  const all = new Map(known.map((device) => [device.deviceId, changed.get(device.deviceId) ?? device]));
  for (const deviceId of wanted) {
    const device = changed.get(deviceId);
    if (device !== undefined) all.set(deviceId, device);
  }
  return [...all.values()];
}

/** The counters of an attempt and its devices after what was counted meanwhile. */
function withCounts(
  kept: readonly Counter[],
  counts: ReadonlyMap<string, readonly Count[]>,
  keys: readonly CounterKey[],
  identities: DeviceMemories["identities"],
): readonly Counter[] {
  const touched = new Set<string>();
  const touch = (key: string) => {
    if (counts.has(key)) touched.add(key);
  };
  for (const { key } of keys) touch(key);
  for (const { deviceId } of identities) touch(deviceCounterKey(deviceId));
  if (touched.size === 0) return kept;
  const all = new Map(kept.map((counter) => [counter.key, counter]));
  for (const key of touched) {
    for (const count of counts.get(key) ?? none) all.set(key, counted(all.get(key), count));
  }
  return [...all.values()];
}
