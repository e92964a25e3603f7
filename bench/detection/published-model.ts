import type { Login } from "./people.js";

/** What the published model looks at: an attempt's values from fine to coarse, with their weights. */
export interface Features {
  readonly address: readonly [ip: string, asn: string, country: string];
  readonly client: readonly [agent: string, browser: string, os: string, kind: string];
}

/** The published weights (Wiefling et al. 2021): address, network, country; user agent, browser and version, system and version, kind of device. */
const weights = { address: [0.6, 0.3, 0.1], client: [0.54, 0.27, 0.19, 0.005] } as const;

class Counts {
  readonly #values = new Map<string, number>();
  total = 0;

  add(value: string): void {
    this.#values.set(value, (this.#values.get(value) ?? 0) + 1);
    this.total += 1;
  }

  of(value: string): number {
    return this.#values.get(value) ?? 0;
  }

  get different(): number {
    return this.#values.size;
  }
}

interface User {
  readonly levels: Readonly<Record<string, Counts>>;
  logins: number;
}

const levelNames = ["ip", "asn", "country", "agent", "browser", "os", "kind"] as const;
const newLevels = (): Record<string, Counts> =>
  Object.fromEntries(levelNames.map((name) => [name, new Counts()]));

/**
 * The model of Freeman et al. (NDSS 2016) as Wiefling et al. (2021, 2022) use it, computed beside the service on the same stream:
 * `S = prod_k p(x_k)/p(x_k|u,L) * p(u|A)/p(u|L)`, `p(u|A) = 1/|U|`, `p(u|L) = n_u/N`; higher is riskier. Every login of an owner is learnt, which
 * is the best it can have. Values that nobody, or this user, never had take one part of `N + 1`, or of `n_u + 1` times what they have globally.
 */
export class PublishedModel {
  readonly #all = newLevels();
  readonly #users = new Map<string, User>();
  #logins = 0;

  /** The logarithm of the score; undefined for a user's first login, which the model does not score. */
  score(user: string, features: Features): number | undefined {
    const known = this.#users.get(user);
    if (known === undefined) return undefined;
    let log = Math.log(1 / this.#users.size) - Math.log(known.logins / this.#logins);
    for (const kind of ["address", "client"] as const) {
      const names = kind === "address" ? levelNames.slice(0, 3) : levelNames.slice(3);
      let anybody = 0;
      let user = 0;
      for (const [index, name] of names.entries()) {
        const value = features[kind][index] ?? "";
        const weight = weights[kind][index] ?? 0;
        const all = this.#all[name] as Counts;
        const own = known.levels[name] as Counts;
        const global = (all.of(value) + 1 / (all.different + 1)) / (all.total + 1);
        anybody += weight * global;
        user += weight * ((own.of(value) + global) / (own.total + 1));
      }
      log += Math.log(anybody) - Math.log(user);
    }
    return log;
  }

  /** Learns a login of the owner. */
  learn(user: string, { address, client }: Features): void {
    const known = this.#users.get(user) ?? { levels: newLevels(), logins: 0 };
    this.#users.set(user, known);
    known.logins += 1;
    this.#logins += 1;
    for (const [index, name] of levelNames.entries()) {
      const value = [...address, ...client][index] ?? "";
      (known.levels[name] as Counts).add(value);
      (this.#all[name] as Counts).add(value);
    }
  }
}

/** Takes a User-Agent header apart as the model wants it. */
export function clientFeatures({ userAgent }: Pick<Login, "userAgent">): Features["client"] {
  const system = /\(([^)]*)\)/.exec(userAgent)?.[1] ?? "";
  const browser = /(?:Edg|SamsungBrowser|CriOS|Firefox|Version|Chrome)\/[\d.]+/.exec(
    userAgent.replace(/Chrome\/(?=.*(?:Edg|Samsung))/, ""),
  )?.[0];
  const kind = /iPad/.test(userAgent) ? "tablet" : /Mobile|Android/.test(userAgent) ? "mobile" : "desktop";
  return [userAgent, browser ?? userAgent, system, kind];
}
