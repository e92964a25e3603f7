import { createCipheriv } from "node:crypto";
import type { Dialect } from "./dialect.js";
import type { Digests } from "./fingerprint.js";

/**
 * A concealed fingerprint: per trait 48 bits that only the server's key can make from the trait's value, 0 where the trait is absent. Equal
 * numbers under one key mean equal values; what the value was cannot be found by trying, as it can for the hashes that browsers send.
 */
export type Reading = readonly number[];

/** One fingerprint of a device, as it is kept. */
export interface KeptReading {
  readonly dialect: string;
  /** Name of the master key that conceals it. */
  readonly keyId: string;
  /** When the device was last seen like this, in milliseconds since 1970. */
  readonly seenAt: number;
  readonly reading: Reading;
}

const bytesEach = 6;
const blockBytes = 16;

/**
 * Conceals digests under a key of 32 bytes: each is encrypted together with its trait and dialect (AES-256, one block each) and truncated. One
 * cipher call for all, because this is done for every evaluation.
 */
export function conceal({ name, traits }: Dialect, digests: Digests, key: Uint8Array): Reading {
  const blocks = Buffer.alloc(traits.length * blockBytes);
  for (const [index, value] of digests.entries()) {
    const at = index * blockBytes;
    blocks.write(name, at, 7, "latin1");
    blocks[at + 7] = index;
    blocks.writeBigUInt64BE(value ?? 0n, at + 8);
  }
  const cipher = createCipheriv("aes-256-ecb", key, null).setAutoPadding(false);
  const sealed = cipher.update(blocks);
  return digests.map((value, index) =>
    value === undefined ? 0 : sealed.readUIntBE(index * blockBytes, bytesEach) || 1,
  );
}

/** A reading as bytes, six for each trait. */
export function encodeReading(reading: Reading): Buffer {
  const bytes = Buffer.alloc(reading.length * bytesEach);
  for (const [index, value] of reading.entries()) bytes.writeUIntBE(value, index * bytesEach, bytesEach);
  return bytes;
}

/** Reads what `encodeReading` wrote. */
export function decodeReading(stored: Uint8Array): Reading {
  const bytes = Buffer.from(stored.buffer, stored.byteOffset, stored.length);
  return Array.from({ length: Math.floor(bytes.length / bytesEach) }, (_, index) =>
    bytes.readUIntBE(index * bytesEach, bytesEach),
  );
}

/** Whether two readings under one key are equal in every trait. */
export function sameReading(a: Reading, b: Reading): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}
