import { type Census, countLogin, sharesOf } from "../../server/risk/census.js";
import { valuesOf } from "../../server/risk/chains.js";
import { gatherFacts, nothingObserved, type Observation } from "../../server/risk/facts.js";
import { emptyHistory, learn } from "../../server/risk/history.js";
import { judge } from "../../server/risk/judge.js";

const hourMs = 3_600_000;
const start = Date.UTC(2026, 0, 5);
const oslo = { latitude: 59.91, longitude: 10.75, accuracyKm: 50, country: "NO", city: "Oslo" };

/** A user with a full history: twenty of each kind. */
const history = Array.from({ length: 60 }, (_, n) => n).reduce(
  (before, n) =>
    learn(before, {
      deviceId: `device-${n % 20}`,
      addressKey: `84.208.${n % 20}.7`,
      asn: 2116 + (n % 20),
      country: n % 9 === 0 ? "SE" : "NO",
      client: `os|browser-${n % 4}|${n % 20}`,
      place: { ...oslo, latitude: 59.91 + (n % 20) / 5 },
      at: start + n * 24 * hourMs,
    }),
  emptyHistory,
);
/** A project in which many were counted. */
const counts = new Map<string, number>();
for (let n = 0; n < 20_000; n++) {
  countLogin(counts, {
    country: n % 9 === 0 ? "SE" : "NO",
    asn: 2116 + (n % 200),
    addressKey: `84.208.${n % 20}.7`,
    client: `os|browser-${n % 4}|${n % 20}`,
  });
}
const census: Census = counts;
const at = start + 60 * 24 * hourMs;
const network = { asn: 2120, name: "Carrier" };
const attempts: Readonly<Record<string, Observation>> = {
  "a usual login": {
    ...nothingObserved(at),
    deviceId: "device-4",
    deviceConfidence: 0.99,
    deviceLogOdds: 4.6,
    ip: "84.208.4.7",
    addressKey: "84.208.4.7",
    network,
    country: "NO",
    client: "os|browser-0|4",
    place: oslo,
  },
  "an attack that raises many reasons": {
    ...nothingObserved(at),
    deviceId: "another",
    deviceConfidence: 0.99,
    ip: "200.147.35.149",
    addressKey: "200.147.35.149",
    network: { asn: 7162, name: "Host" },
    country: "BR",
    client: "other|browser|1",
    place: { latitude: -23.5, longitude: -46.6, accuracyKm: 50, country: "BR", city: "São Paulo" },
    anonymity: {},
    changedContacts: ["email"],
    traffics: {
      user: { failed: 40, succeeded: 1, users: 1 },
      addressHour: { failed: 90, succeeded: 1, users: 60 },
    },
  },
};

// A whole judgement: the history compared, every reason, the score, the default policy's verdict.
for (const [name, observation] of Object.entries(attempts)) {
  const circumstances = {
    action: "login",
    outcome: "succeeded",
    user: "u",
    emailDomain: "example.com",
    metadataJson: undefined,
    deviceConfidence: observation.deviceConfidence,
    at,
  } as const;
  const once = () =>
    judge(gatherFacts(observation, history, sharesOf(census, valuesOf(observation))), circumstances);
  const times: number[] = [];
  for (let round = 0; round < 40; round++) {
    const before = process.cpuUsage();
    for (let n = 0; n < 5_000; n++) once();
    const { user, system } = process.cpuUsage(before);
    if (round >= 10) times.push((user + system) / 5_000);
  }
  times.sort((a, b) => a - b);
  const { verdict, signals } = once();
  process.stdout.write(
    `${name}: ${(times[times.length >> 1] ?? 0).toFixed(1)} µs of CPU (median of ${times.length} rounds of 5,000), ${signals.length} signals, ${verdict}\n`,
  );
}
