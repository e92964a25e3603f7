import { createCipheriv } from "node:crypto";
import type { Dialect } from "./dialect.js";
import type { Digests } from "./fingerprint.js";

/**
 * A concealed fingerprint, as it is kept: per trait 48 bits that only the server's key can make from the trait's value, 0 where the trait is absent.
 * Equal bits under one key mean equal values; what the value was cannot be found by trying, as it can for the hashes that browsers send.
 */
export type Reading = Buffer;

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

/** What a reading has in the place of a trait, from 0; 0 where the trait is absent, also where it came to its dialect later. */
export function valueAt(reading: Reading, index: number): number {
  const at = index * bytesEach;
  return at < reading.length ? reading.readUIntBE(at, bytesEach) : 0;
}

/** How many traits a reading has places for. */
export function placesOf(reading: Reading): number {
  return reading.length / bytesEach;
}

/** Blocks of a dialect with each trait's place filled in, and room for its digest. */
const drafts = new Map<Dialect, Buffer>();

function draftOf(dialect: Dialect): Buffer {
  const known = drafts.get(dialect);
  if (known !== undefined) return known;
  const draft = Buffer.alloc(dialect.traits.length * blockBytes);
  for (const index of dialect.traits.keys()) {
    draft.write(dialect.name, index * blockBytes, 7, "latin1");
    draft[index * blockBytes + 7] = index;
  }
  drafts.set(dialect, draft);
  return draft;
}

/** Conceals digests of a dialect. */
export type Conceal = (dialect: Dialect, digests: Digests) => Reading;

/**
 * Makes Conceal under a key of 32 bytes: each digest is encrypted together with its trait and dialect (AES-256, one block each) and truncated.
 * Without padding and chaining a cipher can be used again and again, and one call does for all blocks; this is done for every evaluation.
 */
export function createConceal(key: Uint8Array): Conceal {
  const cipher = createCipheriv("aes-256-ecb", key, null).setAutoPadding(false);
  return (dialect, digests) => {
    const blocks = Buffer.from(draftOf(dialect));
    for (let index = 0; index < digests.length; index++) {
      const digest = digests[index];
      if (digest !== undefined) blocks.write(digest, index * blockBytes + 8, 8, "hex");
    }
    const sealed = cipher.update(blocks);
    const reading = Buffer.alloc(digests.length * bytesEach);
    for (let index = 0; index < digests.length; index++) {
      if (digests[index] === undefined) continue;
      const value = sealed.readUIntBE(index * blockBytes, bytesEach);
      reading.writeUIntBE(value || 1, index * bytesEach, bytesEach);
    }
    return reading;
  };
}

/** Whether two readings under one key are equal in every trait. */
export function sameReading(a: Reading, b: Reading): boolean {
  return a.equals(b);
}
