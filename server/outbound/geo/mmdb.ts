import { readFile } from "node:fs/promises";
import { Reader, type Response } from "maxmind";
import type { Instant } from "../../clock.js";
import type { IpAddress } from "../../risk/ip-address.js";
import { recentCache } from "./recent-cache.js";

/** A MaxMind DB file, whole in memory. */
export interface Mmdb {
  /** What its maker calls it, for example `GeoLite2-City`. */
  readonly type: string;
  readonly builtAt: Instant;
  /** The record of an address, of whatever shape; undefined when there is none or it cannot be decoded. */
  record(ip: IpAddress): unknown;
}

/** The text that stands before the metadata at the end of every such file. */
const metadataMarker = Buffer.from("\xab\xcd\xefMaxMind.com", "latin1");
const separatorBytes = 16;

/**
 * Decoded values kept per file. Decoding dominates a lookup, and field names and popular cities repeat; two
 * generations of this size cost a few megabytes.
 */
const cachedValues = 8192;

/** Reads and checks one file. Throws an Error whose message says what is wrong with it, without its path. */
export async function openMmdb(path: string): Promise<Mmdb> {
  const bytes = await readFile(path);
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) throw new Error("is compressed; unpack it first");
  const marker = bytes.lastIndexOf(metadataMarker);
  if (marker < 0) throw new Error("is not a MaxMind DB file, or is cut short");
  const reader = readerOf(bytes);
  const { ipVersion, nodeCount, searchTreeSize, buildEpoch, databaseType } = reader.metadata;
  const separator = bytes.subarray(searchTreeSize, searchTreeSize + separatorBytes);
  if (
    (ipVersion !== 4 && ipVersion !== 6) ||
    !(nodeCount > 0) ||
    !(searchTreeSize + separatorBytes <= marker) ||
    !separator.every((byte) => byte === 0) ||
    !Number.isFinite(buildEpoch.getTime())
  ) {
    throw new Error("is damaged: its metadata and its contents disagree");
  }
  checkSample(reader);
  return {
    type: String(databaseType),
    builtAt: buildEpoch.getTime(),
    record(ip) {
      // Asked for IPv6, a file of IPv4 addresses answers for the address's first 32 bits.
      if (ip.version > ipVersion) return undefined;
      try {
        return reader.get(ip.text) ?? undefined;
      } catch {
        return undefined;
      }
    },
  };
}

function readerOf(bytes: Buffer): Reader<Response> {
  try {
    return new Reader(bytes, { cache: recentCache(cachedValues) });
  } catch (cause) {
    throw new Error("is damaged: its metadata cannot be read", { cause });
  }
}

/** Looks some addresses up all over the space, so that a file damaged in the middle is found at start. */
function checkSample(reader: Reader<Response>): void {
  try {
    for (let octet = 0; octet < 256; octet++) {
      reader.get(`${octet}.${(octet * 89) % 256}.${(octet * 31) % 256}.1`);
      if (reader.metadata.ipVersion === 6) reader.get(`${(0x2000 + octet * 16).toString(16)}:${octet}::1`);
    }
  } catch (cause) {
    throw new Error("is damaged: some of its records cannot be read", { cause });
  }
}
