import { createBrowser, type Traits } from "./browser.js";
import { drawDesktop, drawHome, drawMobile, type Machine } from "./machine.js";
import { seeded } from "./random.js";
import { createWorld, horizonDays } from "./world.js";

/** One visit of one browser. */
export interface Visit {
  /** Days since the bench's first. */
  readonly day: number;
  readonly user: string;
  /** The browser it really is. */
  readonly browser: string;
  readonly kind: Machine["kind"];
  readonly traits: Traits;
}

/** Shares of devices by kind: 64.5 % mobile, 3 % tablets, 26.2 % desktop of all logins that are not bots'. */
const mobileShare = 0.72;

/** Users have one to four devices. */
const devicesOfUser = [
  [1, 45],
  [2, 35],
  [3, 15],
  [4, 5],
] as const;

/** A second browser on the same desktop. */
const secondBrowserShare = 0.12;

/** The visits of a population, by time: each browser comes every `everyDays` from its first day to its last. The same for the same seed. */
export function createVisits({
  seed,
  users,
  everyDays,
}: {
  readonly seed: string;
  readonly users: number;
  readonly everyDays: number;
}): readonly Visit[] {
  const world = createWorld(seed);
  const visits: Visit[] = [];
  for (let index = 0; index < users; index++) {
    const user = `user-${index}`;
    const person = seeded(`${seed} ${user}`);
    const home = drawHome(person);
    const count = person.pick(devicesOfUser);
    for (let device = 0; device < count; device++) {
      const random = person.fork(`device ${device}`);
      const machine = random.chance(mobileShare) ? drawMobile(random) : drawDesktop(random);
      const machines = [machine];
      if (machine.kind === "desktop" && random.chance(secondBrowserShare)) {
        machines.push({ ...machine, family: machine.family === "firefox" ? "chrome" : "firefox" });
      }
      for (const [place, each] of machines.entries()) {
        const life = random.fork(`browser ${place}`);
        const first = life.below(60) + life.next();
        const last = first + 60 + life.below(horizonDays - 120);
        const browser = createBrowser(each, home, world, life, first);
        const name = `${user} ${device} ${place}`;
        for (let day = first; day <= last; day += everyDays) {
          visits.push({ day, user, browser: name, kind: each.kind, traits: browser.visit(day) });
        }
      }
    }
  }
  return visits.sort((a, b) => a.day - b.day);
}
