import type { Geo } from "../../server/outbound/geo/geo.js";
import { attackerCountries, makeAttack } from "./attackers.js";
import type { CountryNetworks } from "./networks.js";
import { attackerNames, type Login, makePerson, userCountries } from "./people.js";
import { seeded } from "./random.js";

/** History sizes at which accounts are attacked. */
export const attackSizes = [1, 2, 4, 8, 12, 20, 30, 39] as const;

/** Countries that anybody of the stream is in. */
export const countries: ReadonlySet<string> = new Set(
  [...userCountries, ...attackerCountries].map(([country]) => country),
);

const dayMs = 86_400_000;

/**
 * All logins and attacks in the order of time. Every user is attacked once, by one attacker at one history size, each pair equally often, and has
 * 13, 21 or 40 logins, whichever are enough for a login to follow the attack.
 */
export function makeStream(
  seed: number,
  users: number,
  networks: ReadonlyMap<string, CountryNetworks>,
  geo: Geo,
): readonly Login[] {
  const root = seeded(seed);
  const stream: Login[] = [];
  for (let index = 0; index < users; index++) {
    const size = attackSizes[index % attackSizes.length] ?? 1;
    const attacker = attackerNames[Math.floor(index / attackSizes.length) % attackerNames.length] ?? "naive";
    const random = root.fork(`user ${index}`);
    const person = makePerson(random, {
      user: `user-${index}`,
      logins: size <= 12 ? 13 : size <= 20 ? 21 : 40,
      startAt: Date.UTC(2019, 0, 7) + random.next() * 200 * dayMs,
      networks,
      geo,
    });
    stream.push(...person.stream, makeAttack(random, attacker, person, size, networks));
  }
  return stream.sort((a, b) => a.at - b.at);
}
