import { BlockList, isIP } from "node:net";

/** The proxies whose word on the client's address is taken. */
export interface TrustedProxies {
  /** Whether an address, as `clientAddress` writes it, is one of theirs. */
  has(address: string): boolean;
}

/** Shortest prefixes that are taken. No one runs proxies on a larger part of the internet; a larger one is "trust all" in disguise. */
const shortestPrefix = { ipv4: 8, ipv6: 16 } as const;
/** Of the private IPv6 block fc00::/7, all of it may be named. */
const privateIpv6 = /^f[cd]/i;

/** What a list of proxies means, or what is wrong with it. */
export type ParsedProxies = { readonly proxies: TrustedProxies } | { readonly problem: string };

/** Reads addresses and CIDR ranges, comma-separated; the empty text is the empty list, which trusts no one. */
export function parseTrustedProxies(text: string): ParsedProxies {
  const list = new BlockList();
  for (const entry of text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "")) {
    const problem = add(list, entry);
    if (problem !== undefined) return { problem: `${entry}: ${problem}` };
  }
  return {
    proxies: { has: (address) => list.check(address, isIP(address) === 6 ? "ipv6" : "ipv4") },
  };
}

function add(list: BlockList, entry: string): string | undefined {
  const [, base = "", bits] = /^([0-9a-f.:]+)(?:\/(\d{1,3}))?$/i.exec(entry) ?? [];
  const version = isIP(base);
  if (version === 0) return "must be an address or a CIDR range, such as 10.0.0.0/8 or 2001:db8::/32";
  const family = version === 4 ? "ipv4" : "ipv6";
  if (version === 6 && base.includes("."))
    return "write the range of an IPv4-mapped address as the IPv4 range it maps";
  if (bits === undefined) {
    list.addAddress(base, family);
    return undefined;
  }
  const longest = version === 4 ? 32 : 128;
  if (Number(bits) > longest) return `has a prefix of more than ${longest} bits`;
  const shortest = version === 6 && privateIpv6.test(base) ? 7 : shortestPrefix[family];
  if (Number(bits) < shortest) {
    return `is too wide: whoever is trusted can name any address, so give the ranges that your proxies are in, /${shortest} or narrower`;
  }
  list.addSubnet(base, Number(bits), family);
  return undefined;
}

/**
 * The address of the one who speaks to us: the connection's other end, unless that is a trusted proxy; then the last entry of its
 * `X-Forwarded-For`, unless that is a trusted proxy too, and so on from right to left. What an untrusted party has written stands further
 * left and is never reached. An entry that is no address ends the walk at the proxy that passed it on. Undefined only when the connection
 * has no address.
 */
export function clientAddress(
  peer: string | undefined,
  forwardedFor: string | undefined,
  proxies: TrustedProxies,
): string | undefined {
  let address = peer === undefined ? undefined : plain(peer.replace(/%.*$/, ""));
  let rest = forwardedFor ?? "";
  while (address !== undefined && rest !== "" && proxies.has(address)) {
    const comma = rest.lastIndexOf(",");
    const next = readEntry(rest.slice(comma + 1).trim());
    if (next === undefined) break;
    address = next;
    rest = comma < 0 ? "" : rest.slice(0, comma);
  }
  return address;
}

/** "[", the longest address, "]:65535" */
const longestEntry = 54;

/** The address of one entry: bare, in brackets, or with a port, as proxies write them. */
function readEntry(entry: string): string | undefined {
  if (entry.length > longestEntry) return undefined;
  const [, bracketed, dotted] = /^(?:\[([^\]]*)\](?::\d{1,5})?|([\d.]+):\d{1,5})$/.exec(entry) ?? [];
  return plain(bracketed ?? dotted ?? entry);
}

/** The address as it is compared: an IPv4-mapped one as the IPv4 address. Undefined when the text is none. */
function plain(text: string): string | undefined {
  switch (isIP(text)) {
    case 4:
      return text;
    case 6:
      return text.includes("%") ? undefined : (mappedIpv4(text) ?? text.toLowerCase());
    default:
      return undefined;
  }
}

function mappedIpv4(text: string): string | undefined {
  // The URL parser writes every spelling of an IPv6 address in one way.
  const [, high, low] = /^\[::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(canonicalHost(text)) ?? [];
  if (high === undefined || low === undefined) return undefined;
  const [first, last] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return `${first >> 8}.${first & 255}.${last >> 8}.${last & 255}`;
}

function canonicalHost(ipv6: string): string {
  return ipv6.toLowerCase().includes("ffff:") ? new URL(`http://[${ipv6}]/`).hostname : "";
}
