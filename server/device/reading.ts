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
const upper = 0x1_0000_0000;

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
    const reading: number[] = [];
    for (let index = 0; index < digests.length; index++) {
      reading.push(digests[index] === undefined ? 0 : readAt(sealed, index * blockBytes) || 1);
    }
    return reading;
  };
}

const readAt = (bytes: Buffer, at: number): number =>
  bytes.readUInt16BE(at) * upper + bytes.readUInt32BE(at + 2);

/** A reading as bytes, six for each trait. */
export function encodeReading(reading: Reading): Buffer {
  const bytes = Buffer.allocUnsafe(reading.length * bytesEach);
  let at = 0;
  for (const value of reading) {
    bytes.writeUInt16BE(Math.floor(value / upper), at);
    bytes.writeUInt32BE(value % upper, at + 2);
    at += bytesEach;
  }
  return bytes;
}

/** Reads what `encodeReading` wrote. */
export function decodeReading(stored: Uint8Array): Reading {
  const bytes = Buffer.from(stored.buffer, stored.byteOffset, stored.length);
  const reading: number[] = [];
  for (let at = 0; at + bytesEach <= bytes.length; at += bytesEach) reading.push(readAt(bytes, at));
  return reading;
}

/** Whether two readings under one key are equal in every trait. */
export function sameReading(a: Reading, b: Reading): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}
