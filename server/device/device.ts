import { type Dialect, dialects } from "./dialect.js";
import { type KeptReading, type Reading, sameReading, valueAt } from "./reading.js";

/** A device as it is kept. */
export interface Device {
  readonly deviceId: string;
  /** Counts its changes, from 1. */
  readonly version: number;
  /** The fingerprints it was last seen with, newest first; at most `readingsLimit`. */
  readonly readings: readonly KeptReading[];
}

/** The fingerprint of an attempt, concealed under every master key, newest first. */
export interface Sight {
  readonly dialect: Dialect;
  readonly distinctive: boolean;
  readonly concealed: readonly {
    readonly keyId: string;
    readonly present: Reading;
    readonly former?: Reading;
  }[];
}

/** A browser flips between a few states: docked or not, in a private window or not. More would only widen what it agrees with. */
export const readingsLimit = 3;

/** A device seen again unchanged within this time is not written anew; traits last for days, so hours do not matter. */
const touchMs = 12 * 3_600_000;

const dayMs = 86_400_000;

/** Days since the device was seen like this, from 0. */
export function ageDays({ seenAt }: KeptReading, now: number): number {
  return Math.max(0, (now - seenAt) / dayMs);
}

/** The device of a fingerprint that belongs to none yet. */
export function newDevice(deviceId: string, sight: Sight, now: number): Device {
  return { deviceId, version: 1, readings: seen([], sight, now) };
}

/** The device after one more sight of it; undefined where that is not worth writing. */
export function drifted(device: Device, sight: Sight, now: number): Device | undefined {
  const [newest] = device.readings;
  const readings = seen(device.readings, sight, now);
  const [present] = readings;
  if (
    newest !== undefined &&
    present !== undefined &&
    newest.keyId === present.keyId &&
    newest.dialect === present.dialect &&
    sameReading(newest.reading, present.reading) &&
    now - newest.seenAt < touchMs
  ) {
    return undefined;
  }
  return { ...device, version: device.version + 1, readings };
}

function seen(before: readonly KeptReading[], sight: Sight, now: number): readonly KeptReading[] {
  const [newest] = sight.concealed;
  if (newest === undefined) return before;
  const present = {
    dialect: sight.dialect.name,
    keyId: newest.keyId,
    seenAt: now,
    reading: newest.present,
  };
  const same = ({ dialect, keyId, reading }: KeptReading) =>
    dialect === sight.dialect.name &&
    sight.concealed.some((other) => other.keyId === keyId && sameReading(other.present, reading));
  return [present, ...before.filter((kept) => !same(kept))].slice(0, readingsLimit);
}

/** A fingerprint of a device, whenever it was seen. */
export type NamedReading = Omit<KeptReading, "seenAt">;

/** The fingerprints of a sight, the former ones too, under every master key. */
export function readingsOf({ dialect, concealed }: Sight): readonly NamedReading[] {
  return concealed.flatMap(({ keyId, present, former }) =>
    [present, former].flatMap((reading) =>
      reading === undefined ? [] : [{ dialect: dialect.name, keyId, reading }],
    ),
  );
}

/** By dialect: the places of the traits that are in its paths, and of each path which of those it has. */
const steps: ReadonlyMap<
  string,
  { readonly places: readonly number[]; readonly paths: readonly number[][] }
> = new Map(
  dialects.map(({ name, paths, traits }) => {
    const used = [...new Set(paths.flat())];
    return [
      name,
      {
        places: used.map((step) => traits.findIndex((trait) => trait.name === step)),
        paths: paths.map((path) => path.map((step) => used.indexOf(step))),
      },
    ];
  }),
);

/** The values of each path of the dialect by which devices of other users can find this one; a path with a gap leads nowhere. */
export function pathsOf({ dialect, keyId, reading }: NamedReading): readonly string[] {
  const { places, paths } = steps.get(dialect) ?? { places: [], paths: [] };
  // Spelt once, for most traits are in two or three paths and numbers of this size are slow to spell.
  const values = places.map((place) => String(valueAt(reading, place)));
  const found: string[] = [];
  for (const [number, path] of paths.entries()) {
    const own = path.map((step) => values[step] ?? "0");
    if (!own.includes("0")) found.push(`${dialect} ${number} ${keyId} ${own.join(" ")}`);
  }
  return found;
}
