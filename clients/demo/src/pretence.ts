import { createHash } from "node:crypto";

// Everything in this file is for the demo only: no application lets a browser say where it is or which device it has.

/** A place to pretend to be at: a real public address, so that the geo database knows it. */
export interface Place {
  readonly id: string;
  readonly label: string;
  readonly address: string;
}

/** Where the demo can pretend to be; the first one is home. */
export const places: readonly Place[] = [
  { id: "oslo", label: "Oslo, Norway", address: "84.208.20.110" },
  { id: "kristiansand", label: "Kristiansand, Norway", address: "88.89.10.1" },
  { id: "paris", label: "Paris, France", address: "90.92.10.1" },
  { id: "new-york", label: "New York, USA", address: "72.229.28.185" },
  { id: "nairobi", label: "Nairobi, Kenya", address: "41.90.10.1" },
  { id: "tokyo", label: "Tokyo, Japan", address: "126.100.3.4" },
];

/** The address that goes with a place; home for anything else. */
export function addressOf(placeId: unknown): string | undefined {
  return (places.find((place) => place.id === placeId) ?? places[0])?.address;
}

/** The fingerprint as another device would have it: the same entries, other hashes. */
export function ofAnotherDevice(fingerprint: readonly string[]): readonly string[] {
  return fingerprint.map((entry) => {
    const [, name, hash] = /^(\w+):([0-9a-f]{16})$/.exec(entry) ?? [];
    if (name === undefined || hash === undefined) return entry;
    return `${name}:${createHash("sha256").update(`another ${hash}`).digest("hex").slice(0, 16)}`;
  });
}
