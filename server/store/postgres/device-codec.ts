import { decodeReading, encodeReading, type KeptReading } from "../../device/reading.js";

/** A fingerprint as it lies in the database: dialect, master key, instant, and the concealed traits as text. */
export interface StoredReading {
  readonly d: string;
  readonly k: string;
  readonly t: number;
  readonly v: string;
}

/** Writes fingerprints in their stored form. */
export function encodeReadings(readings: readonly KeptReading[]): readonly StoredReading[] {
  return readings.map(({ dialect, keyId, seenAt, reading }) => ({
    d: dialect,
    k: keyId,
    t: seenAt,
    v: encodeReading(reading),
  }));
}

/** Reads one stored fingerprint. */
export function decodeKept({ d, k, t, v }: StoredReading): KeptReading {
  return { dialect: d, keyId: k, seenAt: t, reading: decodeReading(v) };
}
