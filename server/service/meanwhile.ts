import type { Device } from "../device/device.js";
import { type Count, type Counter, counted, deviceCounterKey } from "../risk/counters.js";
import type { Memories, Record } from "../store/evaluation-store.js";
import type { Prepared } from "./judge-attempt.js";

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

  return {
    amend({ userKey, sighting, counterKeys }, memories) {
      const user = users.get(userKey);
      const taken = (sighting?.lookup.identities ?? none).flatMap(({ key }, index) => {
        const deviceId = identities.get(text(key));
        return deviceId === undefined || memories.device.identities.some((known) => known.index === index)
          ? []
          : [{ index, deviceId }];
      });
      const history = user?.history ?? memories.history;
      return {
        ...memories,
        ...(user === undefined ? {} : { history, contacts: user.contacts }),
        device:
          devices.size === 0
            ? memories.device
            : {
                identities: [...memories.device.identities, ...taken],
                devices: withChanged(memories.device.devices, devices, [
                  ...taken.map(({ deviceId }) => deviceId),
                  ...(sighting === undefined ? none : history.devices.map(({ key }) => key)),
                ]),
              },
        counters: withCounts(memories.counters, counts, [
          ...counterKeys.map(({ key }) => key),
          ...[...memories.device.identities, ...taken].map(({ deviceId }) => deviceCounterKey(deviceId)),
        ]),
      };
    },

    note({ userKey }, { user, device, counts: added }) {
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

function withChanged(
  known: readonly Device[],
  changed: ReadonlyMap<string, Device>,
  wanted: readonly string[],
): readonly Device[] {
  const all = new Map(known.map((device) => [device.deviceId, changed.get(device.deviceId) ?? device]));
  for (const deviceId of wanted) {
    const device = changed.get(deviceId);
    if (device !== undefined) all.set(deviceId, device);
  }
  return [...all.values()];
}

function withCounts(
  kept: readonly Counter[],
  counts: ReadonlyMap<string, readonly Count[]>,
  keys: readonly string[],
): readonly Counter[] {
  if (!keys.some((key) => counts.has(key))) return kept;
  const all = new Map(kept.map((counter) => [counter.key, counter]));
  for (const key of new Set(keys)) {
    for (const count of counts.get(key) ?? none) all.set(key, counted(all.get(key), count));
  }
  return [...all.values()];
}
