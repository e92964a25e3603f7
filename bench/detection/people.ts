import type { Geo } from "../../server/outbound/geo/geo.js";
import { type Device, fingerprintOf, makeDevice, userAgentOf, zoneOf } from "./devices.js";
import { type CountryNetworks, drawAddress, drawNetwork, type Network, nearbyRange } from "./networks.js";
import type { Random } from "./random.js";

/** One attempt of the stream. */
export interface Login {
  readonly user: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly ip: string;
  readonly fingerprint: readonly string[];
  readonly userAgent: string;
  /** Absent: the owner's. */
  readonly attacker?: AttackerName;
  /** How many logins the user had before it. */
  readonly historySize: number;
  /** System and browser. */
  readonly platform: string;
  /** From a device that the owner never used before. */
  readonly newDevice: boolean;
}

/** The attackers, from the one who knows least. */
export const attackerNames = ["naive", "vpn", "targeted", "very targeted"] as const;
/** One of `attackerNames`. */
export type AttackerName = (typeof attackerNames)[number];

/** An account holder: where and with what they sign in. */
export interface Person {
  readonly user: string;
  readonly country: string;
  readonly devices: Device[];
  readonly home: Network;
  readonly carrier: Network;
  readonly logins: number;
  readonly stream: readonly Login[];
}

/** Shares of countries among users (published for successful logins; the rest spread over five). */
export const userCountries = [
  ["NO", 69],
  ["US", 15],
  ["BR", 3],
  ["PL", 3],
  ["GB", 1.8],
  ["SE", 2.6],
  ["DE", 2],
  ["FR", 1.4],
  ["ES", 1.2],
  ["IN", 1],
] as const;

const gaps = [
  [1, 0.12],
  [4, 0.22],
  [7, 0.26],
  [18, 0.24],
  [45, 0.16],
] as const;

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Chances that a login is from another place than home, carrier or work; tuned to the published shares of new addresses and networks. */
const elsewhere = { otherNetwork: 0.085, abroad: 0.008 };
/** A home's address changes after about so many days. */
const homeLeaseDays = 60;
/** Chance, per login, of a device that was never used before: another browser, a private window, somebody else's machine. */
const strangeDevice = 0.028;
/** A device is replaced after about so many days. */
const replacedAfterDays = 800;

/** A device of one's own is mostly set up at home; there is no published number. */
const setUpAtHome = 0.5;

interface Place {
  readonly network: Network;
  readonly ip: string;
  readonly away?: string;
}

function placesOf(
  random: Random,
  country: string,
  { networks, geo }: { networks: ReadonlyMap<string, CountryNetworks>; geo: Geo },
) {
  const { consumer } = networks.get(country) as CountryNetworks;
  const home = drawNetwork(random, consumer);
  const carrier = drawNetwork(random, consumer);
  const work = drawNetwork(random, consumer);
  const homeRange = random.below(home.ranges.length);
  const hometown = drawAddress(random, home, homeRange);
  const nearby = (network: Network) =>
    drawAddress(random, network, nearbyRange(random, geo, network, hometown));
  const carrierRange = nearbyRange(random, geo, carrier, hometown);
  const workIp = nearby(work);
  let journey: { readonly until: number; readonly place: Place } | undefined;
  let homeIp = hometown;
  let leaseEnds = 0;
  return {
    home,
    carrier,
    /** Where somebody signs in who last did so `idleMs` ago. Who is abroad has had the time to go there, and to come back. */
    at(now: number, idleMs: number, device: Device, first: boolean): Place {
      if (now > leaseEnds) {
        homeIp = drawAddress(random, home, homeRange);
        leaseEnds = now + random.exponential(homeLeaseDays) * dayMs;
      }
      if (journey !== undefined && (now < journey.until || idleMs < 20 * hourMs)) return journey.place;
      journey = undefined;
      if (idleMs > 20 * hourMs && random.chance(elsewhere.abroad)) {
        const other = random.pick(userCountries.map(([each]) => each).filter((each) => each !== country));
        const network = drawNetwork(random, (networks.get(other) as CountryNetworks).consumer);
        const away = zoneOf(other);
        const place = { network, ip: drawAddress(random, network), ...(away === undefined ? {} : { away }) };
        journey = { until: now + random.exponential(2) * dayMs, place };
        return place;
      }
      if (first && random.chance(setUpAtHome)) return { network: home, ip: homeIp };
      if (random.chance(elsewhere.otherNetwork)) {
        const network = drawNetwork(random, consumer);
        return { network, ip: nearby(network) };
      }
      const phone = device.platform.kind === "mobile";
      if (random.chance(phone ? 0.5 : 0.04))
        return { network: carrier, ip: drawAddress(random, carrier, carrierRange) };
      if (device.platform.kind === "desktop" && random.chance(0.35)) return { network: work, ip: workIp };
      return { network: home, ip: homeIp };
    },
  };
}

/** Makes one person and all their logins, in order. */
export function makePerson(
  random: Random,
  {
    user,
    logins,
    startAt,
    networks,
    geo,
  }: {
    user: string;
    logins: number;
    startAt: number;
    networks: ReadonlyMap<string, CountryNetworks>;
    geo: Geo;
  },
): Person {
  const country = random.weighted(userCountries);
  const count = random.weighted([
    [1, 0.45],
    [2, 0.35],
    [3, 0.15],
    [4, 0.05],
  ] as const);
  const bot = random.chance(0.045);
  const devices = Array.from({ length: bot ? 1 : count }, () =>
    bot
      ? makeDevice(random, country, undefined, "bot")
      : makeDevice(
          random,
          country,
          undefined,
          random.weighted([
            ["mobile", 64.5],
            ["desktop", 26.2],
            ["tablet", 3],
          ] as const),
        ),
  );
  const gap = random.weighted(gaps) * dayMs;
  const hour = random.weighted([
    [7, 1],
    [9, 2],
    [12, 2],
    [16, 2],
    [19, 3],
    [21, 3],
  ] as const);
  const places = placesOf(random, country, { networks, geo });
  const used = new Set<Device>();
  const stream: Login[] = [];
  let at = startAt;
  let last = startAt;
  for (let historySize = 0; historySize < logins; historySize++) {
    for (const [index, device] of devices.entries()) {
      if (!bot && random.chance(1 - Math.exp(-(at - last) / dayMs / replacedAfterDays))) {
        devices[index] = makeDevice(
          random,
          country,
          random.chance(0.75) ? device : undefined,
          device.platform.kind,
        );
      }
    }
    const idleMs = at - last;
    last = at;
    const usual = random.weighted(devices.map((device, rank) => [device, 1 / (1 + rank) ** 1.6] as const));
    const device = !bot && random.chance(strangeDevice) ? makeDevice(random, country) : usual;
    const { ip, away } = places.at(at, idleMs, device, !used.has(device));
    stream.push({
      user,
      at,
      ip,
      fingerprint: fingerprintOf(device, at, random, away),
      userAgent: userAgentOf(device, at),
      historySize,
      platform: `${device.platform.os} ${device.platform.browser} ${device.platform.kind}`,
      newDevice: !used.has(device),
    });
    used.add(device);
    const next = at + random.exponential(gap) + 120_000;
    // People keep to their hours.
    at = random.chance(0.85)
      ? Math.max(
          at + 120_000,
          Math.floor(next / dayMs) * dayMs +
            ((hour + 2 * random.next() + random.next() * 3) % 24) * 3_600_000,
        )
      : next;
  }
  return { user, country, devices, home: places.home, carrier: places.carrier, logins, stream };
}
