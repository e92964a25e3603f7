import type { Geo } from "../../server/outbound/geo/geo.js";
import { parseIpAddress } from "../../server/risk/ip-address.js";
import type { AttackerName, Login } from "./people.js";
import { clientFeatures, type Features, PublishedModel } from "./published-model.js";
import type { Service } from "./service.js";

/** One attempt with what both said of it. */
export interface Judged {
  readonly user: string;
  readonly attacker: AttackerName | undefined;
  readonly historySize: number;
  readonly verdict: string;
  readonly reasons: readonly string[];
  readonly score: number;
  /** Of the published model; undefined for a user's first login. */
  readonly published: number | undefined;
  readonly newDevice: boolean;
  readonly platform: string;
  /** What it says of the device, for and against. */
  readonly device: unknown;
}

/** Which shares of owners' later logins have something new; for comparison with the published ones. */
export interface Marginals {
  readonly device: number;
  readonly address: number;
  readonly network: number;
  readonly country: number;
  readonly userAgent: number;
}

function featuresOf(geo: Geo, login: Login): Features {
  const ip = parseIpAddress(login.ip);
  const located = ip === undefined ? {} : geo.locate(ip);
  return {
    address: [login.ip, String(located.network?.asn ?? 0), located.country ?? "?"],
    client: clientFeatures(login),
  };
}

/** Asks the published model about the whole stream, in order, and counts what is new. */
export function askPublished(
  geo: Geo,
  stream: readonly Login[],
): { readonly scores: readonly (number | undefined)[]; readonly marginals: Marginals } {
  const model = new PublishedModel();
  const seen = new Map<string, Set<string>>();
  const fresh = { device: 0, address: 0, network: 0, country: 0, userAgent: 0 };
  let later = 0;
  const scores = stream.map((login) => {
    const features = featuresOf(geo, login);
    const score = model.score(login.user, features);
    if (login.attacker !== undefined) return score;
    model.learn(login.user, features);
    const known = seen.get(login.user) ?? new Set<string>();
    seen.set(login.user, known);
    const [ip, asn, country] = features.address;
    const values = { address: ip, network: `as${asn}`, country, userAgent: login.userAgent };
    if (login.historySize > 0) {
      later += 1;
      if (login.newDevice) fresh.device += 1;
      for (const [what, value] of Object.entries(values)) {
        if (!known.has(value)) fresh[what as keyof typeof values] += 1;
      }
    }
    for (const value of Object.values(values)) known.add(value);
    return score;
  });
  const share = (count: number) => count / later;
  return {
    scores,
    marginals: {
      device: share(fresh.device),
      address: share(fresh.address),
      network: share(fresh.network),
      country: share(fresh.country),
      userAgent: share(fresh.userAgent),
    },
  };
}

/** Most attempts under way at once; two of one user never are. */
const atOnce = 12;

/** Sends the stream through the service in the order of time; owners complete their challenges, attackers never do. */
export async function askService(
  service: Service,
  stream: readonly Login[],
  published: readonly (number | undefined)[],
  note: (done: number) => void,
): Promise<readonly Judged[]> {
  const judged: Judged[] = [];
  const underway = new Map<string, Promise<void>>();
  const one = async (login: Login, index: number): Promise<void> => {
    const { verdict, score, reasons, challengeId, device } = await service.evaluate(login);
    judged[index] = {
      user: login.user,
      attacker: login.attacker,
      historySize: login.historySize,
      verdict,
      reasons,
      score,
      published: published[index],
      newDevice: login.newDevice,
      platform: login.platform,
      device,
    };
    if (challengeId !== undefined && login.attacker === undefined) await service.complete(login, challengeId);
  };
  for (const [index, login] of stream.entries()) {
    await underway.get(login.user);
    while (underway.size >= atOnce) await Promise.race(underway.values());
    const done = one(login, index).finally(() => underway.delete(login.user));
    underway.set(login.user, done);
    if (index % 1000 === 0) note(index);
  }
  await Promise.all(underway.values());
  return judged;
}
