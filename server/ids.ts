import { randomBytes, randomFillSync } from "node:crypto";
import type { Instant } from "./clock.js";

const pool = Buffer.alloc(8 * 1024);
let poolOffset = pool.length;

/** 10 random bytes as hexadecimal; draws from a pool because one system call per id would cost more than the id. */
function randomHex10(): string {
  if (poolOffset + 10 > pool.length) {
    randomFillSync(pool);
    poolOffset = 0;
  }
  const hex = pool.toString("hex", poolOffset, poolOffset + 10);
  poolOffset += 10;
  return hex;
}

/**
 * A new UUID of version 7 (RFC 9562): its first 48 bits are the instant, so ids made later sort after earlier ones, to the millisecond; 74
 * bits are random, so that no id can be guessed from another.
 */
export function newId(now: Instant): string {
  const time = Math.trunc(now).toString(16).padStart(12, "0");
  const random = randomHex10();
  const variant = ((Number.parseInt(random.charAt(3), 16) & 0x3) | 0x8).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8, 12)}-7${random.slice(0, 3)}-${variant}${random.slice(4, 7)}-${random.slice(7, 19)}`;
}

/** The instant that an id of `newId` begins with. */
export function instantOfId(id: string): Instant {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}

/** A new API secret: `rupt_` and 256 random bits as base64url. */
export function newSecret(): string {
  return `rupt_${randomBytes(32).toString("base64url")}`;
}

/** Marks public client ids off from API secrets. */
export const publicClientPrefix = "ruptpk_";

/** A new public client id: `ruptpk_` and 128 random bits as base64url. It is no secret; it only must not be anyone else's. */
export function newPublicClient(): string {
  return `${publicClientPrefix}${randomBytes(16).toString("base64url")}`;
}
