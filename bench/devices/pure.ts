import { createHash } from "node:crypto";
import { type Device, drifted, newDevice, type Sight } from "../../server/device/device.js";
import { desktop, parseFingerprint } from "../../server/device/fingerprint.js";
import { assumedFrequency, countFrequency, type Frequency } from "../../server/device/frequency.js";
import { createConceal } from "../../server/device/reading.js";
import { recognise } from "../../server/device/recognise.js";
import type { Traits } from "./browser.js";
import type { Linker } from "./references.js";

const key = Buffer.alloc(32, 7);
const dayMs = 86_400_000;
const start = Date.parse("2026-01-05T00:00:00Z");

/** The instant of a day of the bench. */
export function instantOf(day: number): number {
  return start + Math.round(day * dayMs);
}

/** What our browser SDK would send for these traits, but for the hash function. */
export function fingerprintOf(traits: Traits): readonly string[] {
  return [
    "v:1",
    ...Object.entries(traits).map(([name, value]) =>
      value === undefined ? `${name}:-` : `${name}:${hashOf(name, value)}`,
    ),
  ];
}

const hashes = new Map<string, string>();

function hashOf(name: string, value: string): string {
  if (name === "form_factor" && value === "desktop") return desktop;
  const text = `${name}=${value}`;
  const known = hashes.get(text) ?? createHash("sha256").update(text).digest("hex").slice(0, 16);
  hashes.set(text, known);
  return known;
}

/** What the server makes of these traits. */
export function sightOf(traits: Traits): Sight {
  const fingerprint = parseFingerprint(fingerprintOf(traits), undefined);
  if (fingerprint === undefined) throw new Error("a browser of the bench always has traits");
  const { dialect, distinctive, present } = fingerprint;
  return { dialect, distinctive, concealed: [{ keyId: "k", present: createConceal(key)(dialect, present) }] };
}

/** The matching of the server without its store: each user's devices are those of the user's earlier visits. */
export function pureMatcher(): Linker {
  const devices = new Map<string, Device[]>();
  const all: Device[] = [];
  let frequency: Frequency = assumedFrequency;
  return ({ user, day, traits }) => {
    const now = instantOf(day);
    const sight = sightOf(traits);
    const own = devices.get(user) ?? [];
    devices.set(user, own);
    const found = recognise(
      sight,
      own.map((device) => ({ device, standing: "own" })),
      undefined,
      { now, frequency },
    );
    if (found.device !== undefined) {
      const next = drifted(found.device, sight, now);
      if (next !== undefined) own.splice(own.indexOf(found.device), 1, next);
      return found.device.deviceId;
    }
    const fresh = newDevice(`device-${all.length}`, sight, now);
    all.push(fresh);
    own.push(fresh);
    if (all.length % 50 === 0)
      frequency = countFrequency(all.flatMap(({ readings }) => readings.slice(0, 1)));
    return fresh.deviceId;
  };
}
