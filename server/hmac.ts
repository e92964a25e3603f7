import { hash } from "node:crypto";

/** HMAC-SHA-256 of the parts under one key, 32 bytes. The parts are length-prefixed, so no two lists of parts collide. */
export type Hmac = (parts: readonly string[]) => Buffer;

/** SHA-256's. */
const blockBytes = 64;
const tagBytes = 32;
/** Room for the parts that an evaluation has; longer ones get room of their own. */
const usualBytes = 1024;

/** The key as a block, each byte crossed with the pad. */
function padded(key: Uint8Array, pad: number): Buffer {
  const block = Buffer.alloc(blockBytes, pad);
  for (const [index, byte] of key.entries()) block[index] = byte ^ pad;
  return block;
}

/**
 * Makes Hmac under a key of 64 bytes at most, as RFC 2104 puts it together from two hashes. Node's `createHmac` makes two objects for each tag that
 * the garbage collector has to finalise, and an evaluation needs eight; two calls of `hash` cost half of it.
 */
export function hmacUnder(key: Uint8Array): Hmac {
  const innerPad = padded(key, 0x36);
  // Nothing waits between filling these and hashing them, so every tag is made in the same place.
  const usual = Buffer.concat([innerPad], blockBytes + usualBytes);
  const outer = Buffer.concat([padded(key, 0x5c)], blockBytes + tagBytes);
  return (parts) => {
    const bytes = mostBytes(parts);
    const inner = bytes <= usualBytes ? usual : Buffer.concat([innerPad], blockBytes + bytes);
    outer.write(hash("sha256", inner.subarray(0, frame(parts, inner)), "hex"), blockBytes, "hex");
    // As text and back takes two thirds of what an answer as bytes does.
    return Buffer.from(hash("sha256", outer, "hex"), "hex");
  };
}

/** A UTF-16 unit is three bytes of UTF-8 at most. */
function mostBytes(parts: readonly string[]): number {
  let bytes = 0;
  for (const part of parts) bytes += 4 + part.length * 3;
  return bytes;
}

/** Writes the parts behind the key's block; answers where they end. */
function frame(parts: readonly string[], into: Buffer): number {
  let at = blockBytes;
  for (const part of parts) {
    const length = into.write(part, at + 4, "utf8");
    into.writeUInt32BE(length, at);
    at += 4 + length;
  }
  return at;
}
