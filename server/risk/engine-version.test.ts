import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { countLogin, sharesOf } from "./census.js";
import { valuesOf } from "./chains.js";
import { engineVersion } from "./engine-version.js";
import { gatherFacts, nothingObserved, type Observation } from "./facts.js";
import { asked, completed, emptyHistory, type History, type Lesson, learn } from "./history.js";
import { judge } from "./judge.js";

/**
 * What each version of the engine answered to the corpus below. A line is never changed: who changes what the engine answers adds one to
 * `engineVersion`, and a line here, so that no stored evaluation is taken for one that this release judged.
 */
const digests: Readonly<Record<number, string>> = {
  4: "6bf4094321a41b1c",
};

/** Draws that never change, whatever becomes of libraries. */
function draws(seed: number) {
  let state = seed;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  return {
    below,
    chance: (percent: number) => below(100) < percent,
    pick: <T>(choices: readonly T[]): T => choices[below(choices.length)] as T,
  };
}

const hourMs = 3_600_000;
const start = Date.UTC(2026, 0, 5);
const cities = [
  { latitude: 59.91, longitude: 10.75, accuracyKm: 20, country: "NO", city: "Oslo" },
  { latitude: 60.39, longitude: 5.32, accuracyKm: 50, country: "NO", city: "Bergen" },
  { latitude: -12.05, longitude: -77.04, accuracyKm: 10, country: "PE", city: "Lima" },
];

function seen({ below, chance, pick }: ReturnType<typeof draws>, at: number): Observation {
  const city = pick(cities);
  const asn = 2116 + below(3);
  const ip = `84.208.${below(3)}.${below(4)}`;
  const failed = chance(10) ? below(120) : below(8);
  const traffic = () => ({ failed, succeeded: below(20), users: below(60) });
  return {
    ...nothingObserved(at),
    ...(chance(90)
      ? {
          deviceId: `device-${below(5)}`,
          deviceConfidence: (90 + below(10)) / 100,
          deviceLogOdds: below(14),
          deviceChanged: chance(20) ? [pick(["languages", "fonts", "screen"]), "hardware_concurrency"] : [],
        }
      : {}),
    ...(chance(90)
      ? { ip, addressKey: ip, network: { asn, name: "Carrier" }, country: city.country, place: city }
      : { ip: "10.0.0.1", ipNotEvaluable: "private" }),
    anonymity: chance(10) ? { [pick(["tor", "vpn", "proxy", "hosting"])]: "list" } : {},
    client: chance(10)
      ? `0123456${below(2)}|89abcde${below(2)}|01234567`
      : `${pick(["ios", "windows"])}|${pick(["safari", "edge"])}|${below(4)}`,
    changedContacts: chance(5) ? ["email"] : [],
    ...(chance(5) ? { tokenDeviceId: "another", disposableDomain: "mailinator.com" } : {}),
    traffics: chance(30)
      ? { user: traffic(), addressHour: traffic(), addressDay: traffic(), near: traffic(), device: traffic() }
      : {},
  };
}

/** What the engine answers to 1,500 attempts of 50 users, to twelve digits. */
function answers(): string {
  const random = draws(7);
  const usual = new Map<string, number>();
  const hash = createHash("sha256");
  for (let user = 0; user < 50; user++) {
    let history: History = emptyHistory;
    let at = start + user * hourMs;
    for (let n = 0; n < 30; n++) {
      at += random.below(60) * hourMs + 60_000;
      const { deviceId, ...deviceless } = seen(random, at);
      // Some users come without fingerprints for a while.
      const without = deviceId === undefined || (user % 10 === 0 && n < 10);
      const observation = without ? deviceless : { ...deviceless, deviceId };
      const values = valuesOf(observation);
      const circumstances = {
        action: "login",
        outcome: random.chance(5) ? "failed" : "succeeded",
        user: `u${user}`,
        emailDomain: undefined,
        metadataJson: undefined,
        deviceConfidence: observation.deviceConfidence,
        at,
      } as const;
      const facts = gatherFacts(observation, history, sharesOf(usual, values));
      const { verdict, reasons, score, signals } = judge(facts, circumstances);
      hash.update(
        JSON.stringify([
          verdict,
          reasons,
          score.toPrecision(12),
          signals.map(({ reason, weight, evidence }) => [reason, weight, evidence]),
        ]),
      );
      const lesson: Lesson = {
        ...(JSON.parse(JSON.stringify(values)) as object),
        at,
        ...(without ? {} : { deviceId }),
      };
      if (verdict === "allow") history = learn(history, lesson);
      else if (random.chance(50)) history = completed(history, lesson);
      else history = asked(history, { challengeId: `c${n}`, at });
      countLogin(usual, values);
    }
  }
  return hash.digest("hex").slice(0, 16);
}

test("what the engine answers is what this version of it is known to answer; if it changed on purpose, add one to engineVersion and a line here", () => {
  expect({ version: engineVersion, answers: answers() }).toEqual({
    version: Math.max(...Object.keys(digests).map(Number)),
    answers: digests[engineVersion],
  });
});
