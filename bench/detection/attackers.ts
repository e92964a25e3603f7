import { type Device, fingerprintOf, lookAlike, makeDevice, userAgentOf } from "./devices.js";
import { type CountryNetworks, drawAddress, drawNetwork, type Network } from "./networks.js";
import { type AttackerName, type Login, type Person, userCountries } from "./people.js";
import type { Random } from "./random.js";

/** Where attackers come from who do not care. */
export const attackerCountries = [
  ["RU", 18],
  ["CN", 16],
  ["US", 18],
  ["BR", 8],
  ["IN", 10],
  ["VN", 8],
  ["ID", 7],
  ["UA", 5],
  ["NG", 4],
  ["DE", 6],
] as const;

interface Means {
  readonly device: Device;
  readonly network: Network;
}

type Networks = ReadonlyMap<string, CountryNetworks>;

function networkIn(random: Random, networks: Networks, country: string, hostingShare: number): Network {
  const { consumer, hosting } = networks.get(country) as CountryNetworks;
  return drawNetwork(random, hosting.length > 0 && random.chance(hostingShare) ? hosting : consumer);
}

/** What each attacker brings, knowing what it knows of the victim. */
const means: Readonly<Record<AttackerName, (random: Random, victim: Person, networks: Networks) => Means>> = {
  naive(random, _, networks) {
    const country = random.weighted(attackerCountries);
    return { device: makeDevice(random, country), network: networkIn(random, networks, country, 0.5) };
  },
  vpn(random, { country }, networks) {
    const own = random.weighted([...attackerCountries, ...userCountries]);
    return { device: makeDevice(random, own), network: networkIn(random, networks, country, 0.6) };
  },
  targeted(random, { country, devices }, networks) {
    return {
      device: makeDevice(random, country, devices[0]),
      network: networkIn(random, networks, country, 0),
    };
  },
  "very targeted"(random, { country, devices, home, carrier }) {
    const model = devices[0] as Device;
    return {
      device: lookAlike(random, model, country),
      network: model.platform.kind === "mobile" && random.chance(0.5) ? carrier : home,
    };
  },
};

/** An attack on a person who has had `historySize` logins, at some time before the next one. */
export function makeAttack(
  random: Random,
  name: AttackerName,
  victim: Person,
  historySize: number,
  networks: Networks,
): Login {
  const before = victim.stream[historySize - 1]?.at ?? 0;
  const after = victim.stream[historySize]?.at ?? before + 7 * 86_400_000;
  const at = before + Math.floor(1 + random.next() * (after - before - 2));
  const { device, network } = means[name](random, victim, networks);
  return {
    user: victim.user,
    at,
    ip: drawAddress(random, network),
    fingerprint: fingerprintOf(device, at, random),
    userAgent: userAgentOf(device, at),
    attacker: name,
    historySize,
    platform: `${device.platform.os} ${device.platform.browser} ${device.platform.kind}`,
    newDevice: true,
  };
}
