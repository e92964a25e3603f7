import { ipv4SpecialUse, ipv6SpecialUse, type NotEvaluableBecause } from "./ip-special-use.js";

export type { NotEvaluableBecause };

interface Evaluation {
  /** Canonical text: dotted decimal, or RFC 5952 for IPv6. Equal addresses have equal text. */
  readonly text: string;
  /** Whether the address can belong to one place on the public internet. If not, it is never a risk. */
  readonly evaluable: boolean;
  /** Present exactly when `evaluable` is false. */
  readonly notEvaluableBecause?: NotEvaluableBecause;
}

/** An IPv4 address; also what an IPv6 address that only carries an IPv4 one has become. */
export interface Ipv4Address extends Evaluation {
  readonly version: 4;
  /** The address as one unsigned 32-bit number. */
  readonly words: readonly [number];
}

/** An IPv6 address that carries no IPv4 address. */
export interface Ipv6Address extends Evaluation {
  readonly version: 6;
  /** The address as four unsigned 32-bit numbers, most significant first. */
  readonly words: readonly [number, number, number, number];
}

/** An address, immutable and already reduced to the form that identifies its user best. */
export type IpAddress = Ipv4Address | Ipv6Address;

/** "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255" */
const longestText = 45;

/**
 * Reads one address and nothing else; written for hostile input, never throws, linear in at most 45 characters.
 *
 * Accepts IPv4 as four decimal numbers without leading zeros, and IPv6 as in RFC 4291 §2.2 in either case,
 * with `::` and a trailing dotted IPv4. Answers undefined for all else: octal, hex or short IPv4 forms, zone
 * ids, brackets, ports, prefix lengths, white space.
 *
 * An IPv6 address that merely carries an IPv4 one is answered as that IPv4 address, so that one user behind a
 * dual-stack proxy, a NAT64 or a tunnel stays one address: mapped (::ffff:0:0/96), NAT64 (64:ff9b::/96),
 * 6to4 (2002::/16: the prefix belongs to that router) and Teredo (2001::/32: its /64 belongs to the relay
 * server and would merge strangers; the client's IPv4 is in the last 32 bits, inverted).
 */
export function parseIpAddress(text: string): IpAddress | undefined {
  if (text.length > longestText) return undefined;
  const ipv4 = readDotted(text, 0);
  if (ipv4 !== undefined) return ipv4Address(ipv4);
  const groups = readGroups(text);
  return groups === undefined ? undefined : fromGroups(groups);
}

/**
 * The key under which two addresses count as "the same address": IPv4 exactly, IPv6 by its /64 (as text, for
 * example `2001:db8:1:2::/64`), since one household or phone walks through a whole /64.
 */
export function addressKey(ip: IpAddress): string {
  return ip.version === 4 ? ip.text : ipv6Prefix(ip, 64);
}

/** The key under which two addresses count as "near": the IPv4 /24 (`192.0.2.0/24`) or the IPv6 /56. */
export function nearKey(ip: IpAddress): string {
  return ip.version === 4 ? ipv4Prefix24(ip) : ipv6Prefix(ip, 56);
}

/** The `nearKey` of the addresses that have this `addressKey`. */
export function nearKeyOf(key: string): string {
  if (!key.includes(":")) return `${key.slice(0, key.lastIndexOf("."))}.0/24`;
  const ip = parseIpAddress(key.slice(0, key.lastIndexOf("/")));
  return ip === undefined ? key : nearKey(ip);
}

/**
 * The keys that reputation is counted under, narrowest first and `addressKey` among them as the first: IPv4
 * exact and /24; IPv6 /64, /56 and /48, the last because one customer can hold a whole /48.
 */
export function prefixKeys(ip: IpAddress): readonly string[] {
  return ip.version === 4
    ? [ip.text, ipv4Prefix24(ip)]
    : [ipv6Prefix(ip, 64), ipv6Prefix(ip, 56), ipv6Prefix(ip, 48)];
}

const dot = 46;
const colon = 58;
const zero = 48;

/** The dotted IPv4 address that runs from `from` to the end of `text`, as an unsigned number. */
export function readDotted(text: string, from: number): number | undefined {
  let value = 0;
  let octet = 0;
  let digits = 0;
  let dots = 0;
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const digit = code - zero;
    if (digit >= 0 && digit <= 9) {
      if (digits > 0 && octet === 0) return undefined;
      octet = octet * 10 + digit;
      digits++;
      if (octet > 255) return undefined;
    } else if (code === dot && digits > 0 && dots < 3) {
      value = value * 256 + octet;
      octet = 0;
      digits = 0;
      dots++;
    } else {
      return undefined;
    }
  }
  return dots === 3 && digits > 0 ? value * 256 + octet : undefined;
}

/** The eight 16-bit groups of an IPv6 text. */
function readGroups(text: string): readonly number[] | undefined {
  const groups: number[] = [];
  let gap = -1;
  let at = 0;
  if (text.charCodeAt(0) === colon) {
    if (text.charCodeAt(1) !== colon) return undefined;
    gap = 0;
    at = 2;
  }
  while (at < text.length) {
    const start = at;
    let group = 0;
    let digit = hexDigit(text.charCodeAt(at));
    while (digit >= 0 && at - start < 4) {
      group = group * 16 + digit;
      digit = hexDigit(text.charCodeAt(++at));
    }
    if (at === start) return undefined;
    const next = text.charCodeAt(at);
    if (next === dot) {
      const ipv4 = readDotted(text, start);
      if (ipv4 === undefined) return undefined;
      groups.push(ipv4 >>> 16, ipv4 & 0xffff);
      break;
    }
    groups.push(group);
    if (at === text.length) break;
    if (next !== colon || groups.length > 8) return undefined;
    at++;
    if (text.charCodeAt(at) === colon) {
      if (gap >= 0) return undefined;
      gap = groups.length;
      at++;
    } else if (at === text.length) {
      return undefined;
    }
  }
  if (gap < 0) return groups.length === 8 ? groups : undefined;
  const missing = 8 - groups.length;
  if (missing < 1) return undefined;
  groups.splice(gap, 0, ...new Array<number>(missing).fill(0));
  return groups;
}

function hexDigit(code: number): number {
  if (code >= zero && code <= 57) return code - zero;
  const lower = code | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

function fromGroups(groups: readonly number[]): IpAddress {
  const word = (index: number) => (groups[index] ?? 0) * 0x1_0000 + (groups[index + 1] ?? 0);
  const words = [word(0), word(2), word(4), word(6)] as const;
  const ipv4 = carriedIpv4(words);
  if (ipv4 !== undefined) return ipv4Address(ipv4);
  const text = ipv6Text(groups);
  const because = ipv6SpecialUse(words);
  return because === undefined
    ? { version: 6, words, text, evaluable: true }
    : { version: 6, words, text, evaluable: false, notEvaluableBecause: because };
}

function carriedIpv4([first, second, third, fourth]: Ipv6Address["words"]): number | undefined {
  if (first === 0 && second === 0 && third === 0xffff) return fourth;
  if (first === 0x0064_ff9b && second === 0 && third === 0) return fourth;
  if (first >>> 16 === 0x2002) return ((first << 16) | (second >>> 16)) >>> 0;
  if (first === 0x2001_0000) return ~fourth >>> 0;
  return undefined;
}

function ipv4Address(word: number): Ipv4Address {
  const text = ipv4Text(word);
  const because = ipv4SpecialUse(word);
  return because === undefined
    ? { version: 4, words: [word], text, evaluable: true }
    : { version: 4, words: [word], text, evaluable: false, notEvaluableBecause: because };
}

function ipv4Text(word: number): string {
  return `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`;
}

function ipv4Prefix24({ words: [word] }: Ipv4Address): string {
  return `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.0/24`;
}

/** RFC 5952: lower case, no leading zeros, the longest run of two or more zero groups (the first of equals) as `::`. */
function ipv6Text(groups: readonly number[]): string {
  let runStart = 0;
  let runLength = 0;
  let start = 0;
  for (let at = 0; at <= groups.length; at++) {
    if (groups[at] === 0) continue;
    if (at - start > runLength) {
      runStart = start;
      runLength = at - start;
    }
    start = at + 1;
  }
  if (runLength < 2) return hexGroups(groups, 0, groups.length);
  return `${hexGroups(groups, 0, runStart)}::${hexGroups(groups, runStart + runLength, groups.length)}`;
}

function hexGroups(groups: readonly number[], from: number, to: number): string {
  let text = "";
  for (let at = from; at < to; at++) text += `${at === from ? "" : ":"}${(groups[at] ?? 0).toString(16)}`;
  return text;
}

function ipv6Prefix({ words: [first, second] }: Ipv6Address, length: 64 | 56 | 48): string {
  const kept = length === 64 ? second : second & (length === 56 ? 0xffff_ff00 : 0xffff_0000);
  return `${ipv6Text([first >>> 16, first & 0xffff, kept >>> 16, kept & 0xffff, 0, 0, 0, 0])}/${length}`;
}
