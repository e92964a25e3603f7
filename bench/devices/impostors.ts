import { newDevice } from "../../server/device/device.js";
import { countFrequency } from "../../server/device/frequency.js";
import { recognise } from "../../server/device/recognise.js";
import { instantOf, sightOf } from "./pure.js";
import { createVisits, type Visit } from "./stream.js";

/** How alike an impostor's browser is to the owner's. */
export type Likeness = "random" | "same system and browser" | "also same language and time zone";

/** How often another person's browser passes for a known one. */
export interface Impostors {
  readonly kind: Visit["kind"];
  readonly likeness: Likeness;
  readonly attempts: number;
  readonly passed: number;
}

function likenessOf({ traits: a }: Visit, { traits: b }: Visit): Likeness {
  const same = (...names: string[]) => names.every((name) => a[name] === b[name]);
  if (!same("os", "browser")) return "random";
  return same("languages", "time_zone") ? "also same language and time zone" : "same system and browser";
}

const attemptsEach = 20;

/** Shows many owners' accounts the browsers of others, by the server's matching; no device token comes along. */
export function measureImpostors(seed: string, users: number): readonly Impostors[] {
  // One visit each is enough: who comes every 200 days comes once or twice.
  const all = createVisits({ seed, users, everyDays: 200 }).map((visit) => {
    const sight = sightOf(visit.traits);
    return { visit, sight, device: newDevice(visit.browser, sight, instantOf(visit.day)) };
  });
  const frequency = countFrequency(all.slice(-2_000).flatMap(({ device }) => device.readings));
  const counts = new Map<
    string,
    { kind: Visit["kind"]; likeness: Likeness; attempts: number; passed: number }
  >();
  for (const kind of ["desktop", "phone"] as const) {
    const pool = all.filter(({ visit }) => visit.kind === kind);
    for (const [index, owner] of pool.entries()) {
      for (let attempt = 1; attempt <= attemptsEach; attempt++) {
        const other = pool[(index * 31 + attempt * 97) % pool.length];
        if (other === undefined || other.visit.user === owner.visit.user) continue;
        const likeness = likenessOf(owner.visit, other.visit);
        const found = recognise(other.sight, [{ device: owner.device, standing: "own" }], undefined, {
          now: instantOf(other.visit.day),
          frequency,
        });
        const count = counts.get(`${kind} ${likeness}`) ?? { kind, likeness, attempts: 0, passed: 0 };
        counts.set(`${kind} ${likeness}`, count);
        count.attempts += 1;
        if (found.device !== undefined) count.passed += 1;
      }
    }
  }
  return [...counts.values()].sort((a, b) => a.kind.localeCompare(b.kind) || b.attempts - a.attempts);
}
