import { expect, test } from "vitest";
import type { Device } from "../device/device.js";
import type { Count } from "../risk/counters.js";
import { emptyHistory } from "../risk/history.js";
import type { Memories } from "../store/evaluation-store.js";
import { createMeanwhile, type Known } from "./meanwhile.js";

const memories: Memories = {
  userVersion: 1,
  history: emptyHistory,
  contacts: {},
  device: { devices: [], identities: [] },
  counters: [],
  repeated: undefined,
};

const known = (userKey: string, identity: string): Known => ({
  userKey,
  sighting: {
    lookup: {
      identities: [{ key: Buffer.from(identity), own: true }],
      pathKeys: [],
      tokenDeviceId: undefined,
    },
    settle: () => {
      throw new Error("not asked for here");
    },
  },
  counterKeys: [{ name: "user", key: `u:${userKey}` }],
});

const count = (key: string): Count => ({
  key,
  bucket: 1,
  failed: 0,
  succeeded: 1,
  userBit: 3,
  expiresAt: 0,
});

const device: Device = { deviceId: "d", version: 1, readings: [] };

test("what concerns an attempt is as it is after those before it, anything else the very same", () => {
  const meanwhile = createMeanwhile();
  expect(meanwhile.amend(known("ann", "hers"), memories)).toBe(memories);
  const history = { ...emptyHistory, verified: { at: 1 } };
  meanwhile.note(known("ann", "hers"), {
    user: { expectedVersion: 1, history, contacts: { email: {} } },
    device: { device, identityKeys: [Buffer.from("hers")], addPaths: [], dropPaths: [] },
    counts: [count("u:ann"), count("d:d"), count("d:d")],
  });

  const unmoved = meanwhile.amend(known("bob", "his"), memories);
  expect(unmoved).toEqual(memories);
  expect(unmoved.device.devices).toBe(memories.device.devices);
  expect(unmoved.counters).toBe(memories.counters);

  const hers = meanwhile.amend(known("ann", "another"), memories);
  expect(hers).toMatchObject({ userVersion: 1, history, contacts: { email: {} } });
  expect(hers.counters).toMatchObject([{ key: "u:ann", succeeded: 1 }]);

  const same = meanwhile.amend(known("bob", "hers"), memories);
  expect(same).toMatchObject({ history: emptyHistory, contacts: {} });
  expect(same.device).toEqual({ devices: [device], identities: [{ index: 0, deviceId: "d" }] });
  expect(same.counters).toMatchObject([{ key: "d:d", succeeded: 2 }]);
});
