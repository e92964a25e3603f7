import type { KeptReading } from "../../device/reading.js";
import { pack } from "./pack.js";
import { dictionary, type Packable } from "./packed-format.js";
import { unpack } from "./unpack.js";

/** The dialects. Only ever added to at the end: see `dictionary`. */
const words = dictionary(["v1", "sections", "opaque"]);

/** Writes the fingerprints of a device in their stored form: of each its dialect, master key, instant and concealed traits. */
export function encodeReadings(readings: readonly KeptReading[]): Buffer {
  const rows: Packable = readings.map(({ dialect, keyId, seenAt, reading }) => [
    dialect,
    keyId,
    seenAt,
    reading,
  ]);
  return pack(rows, words);
}

/** Reads the stored fingerprints of a device. */
export function decodeReadings(stored: Uint8Array): readonly KeptReading[] {
  return (unpack(stored, words) as [string, string, number, Buffer][]).map(
    ([dialect, keyId, seenAt, reading]) => ({ dialect, keyId, seenAt, reading }),
  );
}
