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
/** A block of the cipher: name of the dialect and place of the trait, then the digest. */
const blockBytes = 16;
const digestAt = 8;
const digestBytes = 8;

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
    draft.write(dialect.name, index * blockBytes, digestAt - 1, "latin1");
    draft[index * blockBytes + digestAt - 1] = index;
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
    // All digests at once: a call of the decoder for each costs more than the encryption.
    const given = Buffer.from(digests.join(""), "hex");
    let from = 0;
    for (let index = 0; index < digests.length; index++) {
      if (digests[index] === undefined) continue;
      copyBytes(given, from, blocks, index * blockBytes + digestAt, digestBytes);
      from += digestBytes;
    }
    const sealed = cipher.update(blocks);
    // From the pool, which `alloc` never uses: memory of its own costs eight times as much.
    const reading = Buffer.allocUnsafe(digests.length * bytesEach).fill(0);
    for (let index = 0; index < digests.length; index++) {
      if (digests[index] === undefined) continue;
      const seen = copyBytes(sealed, index * blockBytes, reading, index * bytesEach, bytesEach);
      if (seen === 0) reading[index * bytesEach + bytesEach - 1] = 1;
    }
    return reading;
  };
}

/** Copies a few bytes, which a loop does faster than a call of `copy`; answers 0 where all of them are 0. */
function copyBytes(source: Buffer, from: number, target: Buffer, at: number, length: number): number {
  let seen = 0;
  for (let offset = 0; offset < length; offset++) {
    const byte = source[from + offset] ?? 0;
    target[at + offset] = byte;
    seen |= byte;
  }
  return seen;
}

/** Whether two readings under one key are equal in every trait. */
export function sameReading(a: Reading, b: Reading): boolean {
  return a.equals(b);
}
