/**
 * Why an address says nothing about where its user is. Follows the IANA special-purpose address registries;
 * `reserved` is every other block there that is not globally reachable, and all space that is not unicast.
 */
export type NotEvaluableBecause =
  | "private"
  | "loopback"
  | "link_local"
  | "shared"
  | "documentation"
  | "multicast"
  | "reserved"
  | "unspecified";

/** One block: its first word(s), its prefix length, and what it is for. */
type Row<Words> = readonly [words: Words, bits: number, use: NotEvaluableBecause | "reachable"];

type Ipv6Words = readonly [number, number, number, number];

// Source: IANA IPv4 Special-Purpose Address Registry, and the multicast space beside it. First match counts,
// so exceptions stand before the block they are cut from. Reachable blocks that no other block covers are left
// out: they need no row.
const ipv4Blocks: readonly Row<number>[] = [
  [0x0000_0000, 32, "unspecified"], // 0.0.0.0
  [0x0000_0000, 8, "reserved"], // 0.0.0.0/8, this network
  [0x0a00_0000, 8, "private"], // 10.0.0.0/8
  [0x6440_0000, 10, "shared"], // 100.64.0.0/10, behind a carrier's NAT
  [0x7f00_0000, 8, "loopback"], // 127.0.0.0/8
  [0xa9fe_0000, 16, "link_local"], // 169.254.0.0/16
  [0xac10_0000, 12, "private"], // 172.16.0.0/12
  [0xc000_0009, 32, "reachable"], // 192.0.0.9, port control anycast
  [0xc000_000a, 32, "reachable"], // 192.0.0.10, TURN anycast
  [0xc000_0000, 24, "reserved"], // 192.0.0.0/24, protocol assignments
  [0xc000_0200, 24, "documentation"], // 192.0.2.0/24
  [0xc058_6300, 24, "reserved"], // 192.88.99.0/24, former 6to4 relays
  [0xc0a8_0000, 16, "private"], // 192.168.0.0/16
  [0xc612_0000, 15, "reserved"], // 198.18.0.0/15, benchmarking
  [0xc633_6400, 24, "documentation"], // 198.51.100.0/24
  [0xcb00_7100, 24, "documentation"], // 203.0.113.0/24
  [0xe000_0000, 4, "multicast"], // 224.0.0.0/4
  [0xf000_0000, 4, "reserved"], // 240.0.0.0/4 and limited broadcast
];

// Most first octets have no block at all: their addresses are answered without a search.
const ipv4BlocksByFirstOctet = Array.from({ length: 256 }, (_, octet) =>
  ipv4Blocks.filter(([block, bits]) => samePrefix(octet << 24, block, Math.min(bits, 8))),
);

// Source: IANA IPv6 Special-Purpose Address Registry and IPv6 Address Space. Blocks outside 2000::/3 that get
// no name here (discard-only 100::/64, local NAT64 64:ff9b:1::/48, segment routing 5f00::/16, …) are "reserved".
const ipv6Blocks: readonly Row<Ipv6Words>[] = [
  [[0, 0, 0, 0], 128, "unspecified"], // ::
  [[0, 0, 0, 1], 128, "loopback"], // ::1
  [[0x2001_0001, 0, 0, 1], 128, "reachable"], // 2001:1::1, port control anycast
  [[0x2001_0001, 0, 0, 2], 128, "reachable"], // 2001:1::2, TURN anycast
  [[0x2001_0001, 0, 0, 3], 128, "reachable"], // 2001:1::3, service registration anycast
  [[0x2001_0003, 0, 0, 0], 32, "reachable"], // 2001:3::/32, multicast tunnels
  [[0x2001_0004, 0x0112_0000, 0, 0], 48, "reachable"], // 2001:4:112::/48, AS112
  [[0x2001_0020, 0, 0, 0], 28, "reachable"], // 2001:20::/28, ORCHIDv2
  [[0x2001_0030, 0, 0, 0], 28, "reachable"], // 2001:30::/28, drone identities
  [[0x2001_0000, 0, 0, 0], 23, "reserved"], // 2001::/23, protocol assignments
  [[0x2001_0db8, 0, 0, 0], 32, "documentation"], // 2001:db8::/32
  [[0x3fff_0000, 0, 0, 0], 20, "documentation"], // 3fff::/20
  [[0x2000_0000, 0, 0, 0], 3, "reachable"], // 2000::/3, global unicast
  [[0xfc00_0000, 0, 0, 0], 7, "private"], // fc00::/7, unique local
  [[0xfe80_0000, 0, 0, 0], 10, "link_local"], // fe80::/10
  [[0xff00_0000, 0, 0, 0], 8, "multicast"], // ff00::/8
];

/**
 * Why this IPv4 address (one unsigned 32-bit number) is not evaluable; undefined when it may be a public host.
 * What IANA calls globally reachable counts as evaluable even where it would be an odd client, because
 * "not evaluable" also means "never a risk".
 */
export function ipv4SpecialUse(word: number): NotEvaluableBecause | undefined {
  for (const [block, bits, use] of ipv4BlocksByFirstOctet[word >>> 24] ?? []) {
    if (samePrefix(word, block, bits)) return use === "reachable" ? undefined : use;
  }
  return undefined;
}

/** The same for an IPv6 address (four unsigned 32-bit numbers) that carries no IPv4 address. */
export function ipv6SpecialUse(words: Ipv6Words): NotEvaluableBecause | undefined {
  for (const [block, bits, use] of ipv6Blocks) {
    if (
      samePrefix(words[0], block[0], bits) &&
      samePrefix(words[1], block[1], bits - 32) &&
      samePrefix(words[2], block[2], bits - 64) &&
      samePrefix(words[3], block[3], bits - 96)
    ) {
      return use === "reachable" ? undefined : use;
    }
  }
  return "reserved";
}

/** Whether two 32-bit numbers agree in their first `bits` bits; 0 or fewer bits always agree. */
function samePrefix(left: number, right: number, bits: number): boolean {
  if (bits <= 0) return true;
  return (left ^ right) >>> (bits >= 32 ? 0 : 32 - bits) === 0;
}
