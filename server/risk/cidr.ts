import { type IpAddress, parseIpAddress } from "./ip-address.js";

/** A range of addresses. */
export interface Cidr {
  readonly version: 4 | 6;
  /** The first address, as unsigned 32-bit numbers, most significant first. */
  readonly words: readonly number[];
  /** How many leading bits all addresses of the range share. */
  readonly length: number;
  /** The one way to write it; one address alone is written without a length. */
  readonly text: string;
}

/** Wider ranges hold whole continents and are taken for slips of the pen. */
const widest = { 4: 8, 6: 16 } as const;

/**
 * Reads an address or a range; bits beyond the length are cleared. Answers undefined for all else, for ranges wider than /8 (IPv4) and /16
 * (IPv6), and for IPv6 ranges that merely carry IPv4 ones (except ::ffff:0:0/96): what comes from them is seen as IPv4.
 */
export function parseCidr(text: string): Cidr | undefined {
  const [, address = "", digits] = /^([0-9a-fA-F:.]{2,45})(?:\/(0|[1-9]\d{0,2}))?$/.exec(text) ?? [];
  const ip = parseIpAddress(address);
  if (ip === undefined) return undefined;
  const unpacked = ip.version === 4 && address.includes(":");
  if (unpacked && !/^::ffff:/i.test(address)) return undefined;
  const bits = ip.version === 4 ? 32 : 128;
  const length = digits === undefined ? bits : Number(digits) - (unpacked ? 96 : 0);
  if (length > bits || length < widest[ip.version]) return undefined;
  const words = masked(ip.words, length);
  return { version: ip.version, words, length, text: written(ip.version, words, length) };
}

function masked(words: readonly number[], length: number): readonly number[] {
  return words.map((word, index) => {
    const kept = Math.min(32, Math.max(0, length - index * 32));
    return kept === 0 ? 0 : (word & (0xffff_ffff << (32 - kept))) >>> 0;
  });
}

function written(version: 4 | 6, words: readonly number[], length: number): string {
  if (version === 4) {
    const [word = 0] = words;
    const text = `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`;
    return length === 32 ? text : `${text}/${length}`;
  }
  const groups = words.flatMap((word) => [word >>> 16, word & 0xffff]).map((group) => group.toString(16));
  const long = groups.join(":");
  const text = parseIpAddress(long)?.text ?? long;
  return length === 128 ? text : `${text}/${length}`;
}

/** What belongs to ranges, found by an address in them. */
export interface CidrTable<T> {
  add(range: Cidr, value: T): void;
  /** Adds what belongs to all ranges that hold the address to `into`, the narrowest first. */
  find(ip: IpAddress, into: T[]): void;
}

/** Makes an empty table. A look-up costs one look into a map for each length that occurs, at most 25 for IPv4 and 113 for IPv6. */
export function cidrTable<T>(): CidrTable<T> {
  const tables = { 4: new Map<number, Map<string, T[]>>(), 6: new Map<number, Map<string, T[]>>() };
  const lengths: { 4: readonly number[]; 6: readonly number[] } = { 4: [], 6: [] };
  return {
    add({ version, words, length }, value) {
      const ofLength = tables[version].get(length) ?? new Map<string, T[]>();
      tables[version].set(length, ofLength);
      lengths[version] = [...tables[version].keys()].sort((a, b) => b - a);
      const key = words.join();
      const known = ofLength.get(key);
      if (known === undefined) ofLength.set(key, [value]);
      else known.push(value);
    },
    find(ip, into) {
      for (const length of lengths[ip.version]) {
        const found = tables[ip.version].get(length)?.get(masked(ip.words, length).join());
        if (found !== undefined) into.push(...found);
      }
    },
  };
}
