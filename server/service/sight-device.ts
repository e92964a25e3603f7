import type { Instant } from "../clock.js";
import { drifted, type NamedReading, newDevice, pathsOf, readingsOf, type Sight } from "../device/device.js";
import { type ReadToken, readDeviceToken, writeDeviceToken } from "../device/device-token.js";
import type { Fingerprint } from "../device/fingerprint.js";
import { type Conceal, createConceal } from "../device/reading.js";
import { type Recognition, recognise } from "../device/recognise.js";
import { newId } from "../ids.js";
import type { Keys } from "../keys.js";
import type {
  DeviceChange,
  DeviceLookup,
  DeviceMemories,
  KeptEvaluation,
} from "../store/evaluation-store.js";
import type { Frequencies } from "./device-frequencies.js";

/** What an attempt says of its device. */
export interface Shown {
  readonly projectId: string;
  readonly userKey: string;
  readonly fingerprint: Fingerprint | undefined;
  readonly deviceToken: string | undefined;
  readonly now: Instant;
}

/** The device of an attempt. */
export interface Sighted {
  readonly deviceId: string;
  /** 0 to 1: that it is this device. */
  readonly confidence: number;
  /** Names of the traits that changed since it was last seen. */
  readonly changed: readonly string[];
  /** The token's device, where the fingerprint is of another one. */
  readonly mismatch: string | undefined;
  /** A valid device token of this very device came along. */
  readonly proven: boolean;
  /** Why a token that came says nothing. */
  readonly tokenIgnored: string | undefined;
  /** What the store keeps of it. `trusted`: the attempt is let in, so that a known device may be learnt anew; a device that nobody has vouched for teaches nothing. */
  keep(trusted: boolean): DeviceChange | undefined;
}

/** An attempt's device before anything was recalled. */
export interface Sighting {
  readonly lookup: DeviceLookup;
  /** Names the device, from what was recalled and the ids of the devices known for the user. */
  settle(memories: DeviceMemories, known: ReadonlySet<string>): Sighted;
}

/** Sees the devices of attempts; undefined where no fingerprint came, for a token alone proves nothing. */
export type SightDevice = (shown: Shown) => Sighting | undefined;

/** Most projects whose concealing keys are kept at hand. */
const maxProjects = 10_000;

/** Makes the sighting of devices. */
export function createSightDevice(keys: Keys, frequencies: Frequencies): SightDevice {
  const concealing = new Map<string, readonly Conceal[]>();
  const concealUnder = (projectId: string): readonly Conceal[] => {
    const kept = concealing.get(projectId);
    if (kept !== undefined) return kept;
    if (concealing.size >= maxProjects) concealing.clear();
    const made = keys.macs("fingerprint", projectId, "traits").map(createConceal);
    concealing.set(projectId, made);
    return made;
  };
  /** The mac under one of the master keys. */
  const macOf = (keyId: string, length: number, ...parts: string[]): Buffer => {
    const index = keys.ids.indexOf(keyId);
    const mac = index === 0 ? keys.mac("fingerprint", ...parts) : keys.macs("fingerprint", ...parts)[index];
    return (mac ?? Buffer.alloc(length)).subarray(0, length);
  };
  /** Makes the keys of fingerprints' paths, each once: a device that is seen again has those that it was looked up by. */
  const createPathKeys = (projectId: string) => {
    const made = new Map<string, Buffer>();
    return (readings: readonly NamedReading[]): readonly Buffer[] => {
      const found = new Set<Buffer>();
      for (const reading of readings) {
        for (const path of pathsOf(reading)) {
          const key = made.get(path) ?? macOf(reading.keyId, 8, projectId, "path", path);
          made.set(path, key);
          found.add(key);
        }
      }
      return [...found];
    };
  };

  const concealed = ({ dialect, present, former, distinctive }: Fingerprint, projectId: string): Sight => {
    return {
      dialect,
      distinctive,
      concealed: concealUnder(projectId).map((conceal, index) => ({
        keyId: keys.ids[index] ?? "",
        present: conceal(dialect, present),
        ...(former === undefined ? {} : { former: conceal(dialect, former) }),
      })),
    };
  };

  return ({ projectId, userKey, fingerprint, deviceToken, now }) => {
    if (fingerprint === undefined) return undefined;
    const sight = concealed(fingerprint, projectId);
    const read: ReadToken | undefined =
      deviceToken === undefined
        ? undefined
        : readDeviceToken(deviceToken, projectId, now, (tag, ...parts) =>
            keys.verify(tag, "device_token", ...parts),
          );
    const tokenDeviceId = read?.state === "valid" ? read.token.deviceId : undefined;

    // Under each master key: who came with exactly this before, the user or (for a distinctive machine) anyone.
    const identities = sight.concealed.flatMap(({ keyId, present }) => {
      const text = `${sight.dialect.name} ${present.toString("base64")}`;
      const own = { own: true, key: macOf(keyId, 16, projectId, "user", userKey, text) };
      return sight.distinctive ? [own, { own: false, key: macOf(keyId, 16, projectId, "all", text) }] : [own];
    });
    const identitiesEach = identities.length / sight.concealed.length;
    const pathKeys = sight.distinctive ? createPathKeys(projectId) : () => [];

    const settle = (memories: DeviceMemories, known: ReadonlySet<string>): Sighted => {
      const ownIds = new Set(
        memories.identities.filter(({ index }) => identities[index]?.own).map(({ deviceId }) => deviceId),
      );
      const recognition: Recognition = recognise(
        sight,
        memories.devices.map((device) => ({
          device,
          standing: known.has(device.deviceId) || ownIds.has(device.deviceId) ? "own" : "others",
        })),
        tokenDeviceId,
        { now, frequency: frequencies(projectId) },
      );
      const { device, token } = recognition;
      // A first sight that met a conflict has left its id behind; the device takes it.
      const reserved = () =>
        [...ownIds].find((id) => !memories.devices.some(({ deviceId }) => deviceId === id));
      const deviceId = device?.deviceId ?? reserved() ?? newId(now);
      return {
        deviceId,
        confidence: recognition.confidence,
        changed: recognition.changed,
        proven: token === "agrees",
        mismatch: token === "contradicts" ? tokenDeviceId : undefined,
        tokenIgnored:
          read === undefined || token === "agrees" || token === "contradicts"
            ? undefined
            : read.state === "valid"
              ? "unproven"
              : read.state,
        keep(trusted) {
          if (device === undefined) {
            const fresh = newDevice(deviceId, sight, now);
            const taken = new Set(memories.identities.map(({ index }) => index));
            return {
              device: fresh,
              identityKeys: identities
                .slice(0, identitiesEach)
                .flatMap(({ key }, index) => (taken.has(index) ? [] : [key])),
              addPaths: pathKeys(fresh.readings),
              dropPaths: [],
            };
          }
          const vouched = known.has(device.deviceId) || token === "agrees";
          const next = trusted && vouched ? drifted(device, sight, now) : undefined;
          if (next === undefined) return undefined;
          const before = pathKeys(device.readings);
          const after = pathKeys(next.readings);
          return {
            device: next,
            identityKeys: [],
            addPaths: without(after, before),
            dropPaths: without(before, after),
          };
        },
      };
    };

    return {
      lookup: { identities, pathKeys: sight.distinctive ? pathKeys(readingsOf(sight)) : [], tokenDeviceId },
      settle,
    };
  };
}

function without(keys: readonly Buffer[], others: readonly Buffer[]): readonly Buffer[] {
  return keys.filter((key) => !others.some((other) => other.equals(key)));
}

/** The token of an evaluation's device: a new one each time, so that one in use never runs out. None without a device, or when denied. */
export function deviceTokenOf(
  keys: Keys,
  {
    projectId,
    deviceId,
    verdict,
    createdAt,
  }: Pick<KeptEvaluation, "projectId" | "deviceId" | "verdict" | "createdAt">,
): string | undefined {
  if (deviceId === undefined || verdict === "deny") return undefined;
  return writeDeviceToken({ projectId, deviceId, issuedAt: createdAt }, (...parts) =>
    keys.mac("device_token", ...parts),
  );
}
