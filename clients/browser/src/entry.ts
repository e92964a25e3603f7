import { murmurX64Hash128 } from "@fingerprintjs/fingerprintjs";
import { canonical } from "./canonical.js";

/** Stands in an entry for the hash when the browser has no such trait, or reading it failed. */
export const ABSENT = "-";

/** Stands in an entry for the hash when the trait was not known within its time limit. */
export const TIMED_OUT = "!";

/**
 * The first entry of every array. It changes whenever an unchanged browser would give another hash under an
 * unchanged name, which includes every change of the fingerprintjs version that changes a value.
 */
export const VERSION_ENTRY = "v:1";

/**
 * The entry of one trait, `name:hash`: 16 hexadecimal digits of the 128-bit MurmurHash3 of name and value together,
 * so that the same value under two names gives two hashes. `name:-` for a value that means "no such trait", and for
 * one that cannot be hashed.
 *
 * Murmur, because a page on http:// has no `crypto.subtle`; the hash keeps values short, not secret.
 */
export function entryOf(name: string, value: unknown): string {
  if (value === undefined || value === null || value === "" || Number.isNaN(value)) {
    return `${name}:${ABSENT}`;
  }
  try {
    return `${name}:${murmurX64Hash128(`${name}=${canonical(value)}`).slice(0, 16)}`;
  } catch {
    return `${name}:${ABSENT}`;
  }
}
