import { createReadStream } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { networkKind } from "../../server/outbound/anonymity/hosting-networks.js";
import type { Geo } from "../../server/outbound/geo/geo.js";
import { parseIpAddress } from "../../server/risk/ip-address.js";
import type { Random } from "./random.js";

/** A network's addresses in one country. */
export interface Network {
  readonly asn: number;
  readonly name: string;
  readonly country: string;
  readonly ranges: readonly (readonly [start: number, size: number])[];
  readonly size: number;
}

/** The networks of a country that people and that servers are in. */
export interface CountryNetworks {
  readonly consumer: readonly Network[];
  readonly hosting: readonly Network[];
}

/** Names of networks where servers are; what else the built-in list does not know is taken for consumers'. */
const servers =
  /host|cloud|server|data ?cent|vps|cdn|colo|dedicated|google|amazon|microsoft|akamai|universit|bank|government|ministry/i;
/** Ranges smaller than this are companies'. */
const leastRange = 1024;
/** A consumers' network has at least so many addresses in the country. */
const leastNetwork = 30_000;
/** Networks kept per country and kind. */
const mostNetworks = 14;

const text = (word: number) => `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`;

/** Reads which networks have addresses in these countries, from the ASN table and the city database. */
export async function readNetworks(
  geo: Geo,
  countries: ReadonlySet<string>,
): Promise<ReadonlyMap<string, CountryNetworks>> {
  const folder = dirname(createRequire(import.meta.url).resolve("@ip-location-db/asn/package.json"));
  const found = new Map<
    string,
    { asn: number; name: string; country: string; ranges: [number, number][]; size: number }
  >();
  const lines = createInterface({ input: createReadStream(join(folder, "asn-ipv4-num.csv")) });
  for await (const line of lines) {
    const [start = "", end = "", asn = "", ...name] = line.split(",");
    const [first, size] = [Number(start), Number(end) - Number(start) + 1];
    if (size < leastRange) continue;
    const ip = parseIpAddress(text(first + (size >>> 1)));
    if (ip === undefined || !ip.evaluable) continue;
    const { country, place } = geo.locate(ip);
    if (country === undefined || place === undefined || !countries.has(country)) continue;
    const key = `${country} ${asn}`;
    const known = found.get(key) ?? { asn: Number(asn), name: name.join(","), country, ranges: [], size: 0 };
    known.ranges.push([first, size]);
    known.size += size;
    found.set(key, known);
  }
  const sorted = [...found.values()].sort((a, b) => b.size - a.size);
  return new Map(
    [...countries].map((country) => {
      const here = sorted.filter((network) => network.country === country);
      return [
        country,
        {
          consumer: here
            .filter(
              ({ asn, name, size }) =>
                networkKind(asn) === undefined && !servers.test(name) && size >= leastNetwork,
            )
            .slice(0, mostNetworks),
          hosting: here.filter(({ asn }) => networkKind(asn) === "hosting").slice(0, mostNetworks),
        },
      ];
    }),
  );
}

/** One of the networks, by its number of addresses. */
export function drawNetwork(random: Random, networks: readonly Network[]): Network {
  return random.weighted(networks.map((network) => [network, Math.sqrt(network.size)] as const));
}

/** Degrees apart, roughly, of two addresses by the city database; 0 where one has no place. */
function apart(geo: Geo, a: string, b: string): number {
  const [one, other] = [a, b].map((each) => {
    const ip = parseIpAddress(each);
    return ip === undefined ? undefined : geo.locate(ip).place;
  });
  if (one === undefined || other === undefined) return 0;
  return Math.hypot(one.latitude - other.latitude, (one.longitude - other.longitude) / 2);
}

/** Which range of the network lies nearest to an address, of some that are drawn: people use their networks near home. */
export function nearbyRange(random: Random, geo: Geo, network: Network, home: string): number {
  const drawn = Array.from({ length: 12 }, () => random.below(network.ranges.length));
  const far = (range: number) => apart(geo, drawAddress(random, network, range), home);
  return drawn.map((range) => [range, far(range)] as const).sort((a, b) => a[1] - b[1])[0]?.[0] ?? 0;
}

/** An address of the network; of its `range`th range only, where given, as carriers keep a customer in one region. */
export function drawAddress(random: Random, { ranges }: Network, range?: number): string {
  const [start, size] = (range === undefined
    ? random.weighted(ranges.map((each) => [each, each[1]] as const))
    : ranges[range % ranges.length]) ?? [0, 1];
  return text(start + 1 + random.below(Math.max(1, size - 2)));
}
