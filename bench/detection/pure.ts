import type { Device } from "../../server/device/device.js";
import { parseFingerprint } from "../../server/device/fingerprint.js";
import { assumedFrequency, countFrequency, type Frequency } from "../../server/device/frequency.js";
import { deriveKeys } from "../../server/keys.js";
import { networkKind } from "../../server/outbound/anonymity/hosting-networks.js";
import type { Geo } from "../../server/outbound/geo/geo.js";
import { createAccessLists } from "../../server/risk/access-list.js";
import { type Census, countedValues, countLogin, emptyCensus, merged } from "../../server/risk/census.js";
import { type Counter, counted, countersOf, deviceCounterKey } from "../../server/risk/counters.js";
import type { Facts } from "../../server/risk/facts.js";
import { completed, emptyHistory, type History, type Lesson } from "../../server/risk/history.js";
import { parseIpAddress } from "../../server/risk/ip-address.js";
import { defaultPolicy } from "../../server/risk/policy/default-policy.js";
import type { Attempt } from "../../server/service/evaluate.js";
import { createJudgeAttempt } from "../../server/service/judge-attempt.js";
import { createSightDevice } from "../../server/service/sight-device.js";
import type { Login } from "./people.js";
import type { Answer, Service } from "./service.js";

/** How often what is usual among devices is counted anew, in logins; a server does so every ten minutes. */
const countedEvery = 500;
const sampleSize = 2_000;

/**
 * The service's own rules over maps in memory, without server and database: the same judgements in a few seconds, to look at what a rule does
 * before the real service is asked. It keeps the facts of every attempt.
 */
export function startPureService(geo: Geo, seen: (login: Login, facts: Facts) => void = () => {}): Service {
  const keys = deriveKeys(["bench-key-of-a-throw-away-database-0123"]);
  const users = new Map<string, { version: number; history: History }>();
  const devices = new Map<string, Device>();
  const identities = new Map<string, string>();
  const paths = new Map<string, Set<string>>();
  const counters = new Map<string, Counter>();
  const lessons = new Map<string, Lesson>();
  let census: Census = emptyCensus;
  let pending = new Map<string, number>();
  let frequency: Frequency = assumedFrequency;
  let logins = 0;
  const hex = (key: Uint8Array) => Buffer.from(key).toString("latin1");
  const sightDevice = createSightDevice(keys, () => frequency);
  const judgeAttempt = createJudgeAttempt({
    keys,
    geo,
    anonymity: {
      look: (_, asn) =>
        asn !== undefined && networkKind(asn) === "hosting" ? { hosting: "built-in list" } : {},
      status: () => ({}),
      refresh: async () => {},
      close: () => {},
    },
    censuses: { of: () => census },
  });
  const project = {
    projectId: "01890a5d-ac96-774b-bcce-b302099a8057",
    name: "bench",
    createdAt: 0,
    policyVersion: 0,
    settings: { acceptEventTime: true },
  } as never;

  const count = () => {
    logins += 1;
    if (logins % countedEvery !== 0) return;
    census = merged(census, pending);
    pending = new Map();
    const newest = [...devices.values()].slice(-sampleSize).flatMap(({ readings }) => readings.slice(0, 1));
    frequency = countFrequency(newest);
  };

  const evaluateNow = (login: Login): Answer => {
    const { user, at } = login;
    const ip = parseIpAddress(login.ip);
    const fingerprint = parseFingerprint(login.fingerprint, undefined);
    const attempt: Attempt = {
      action: "login",
      user,
      fingerprint,
      deviceToken: undefined,
      ip,
      email: undefined,
      phone: undefined,
      metadataJson: undefined,
      userAgent: login.userAgent,
      occurredAt: at,
      outcome: "succeeded",
      deadlineAt: undefined,
      idempotency: undefined,
    };
    const sighting = sightDevice({
      projectId: "p",
      userKey: user,
      fingerprint,
      deviceToken: undefined,
      now: at,
    });
    const counterKeys = countersOf(user, ip);
    const known = users.get(user) ?? { version: 0, history: emptyHistory };
    const led = (sighting?.lookup.identities ?? []).flatMap(({ key }, index) => {
      const deviceId = identities.get(hex(key));
      return deviceId === undefined ? [] : [{ index, deviceId }];
    });
    const own = led.some(({ index }) => sighting?.lookup.identities[index]?.own);
    const along = own
      ? []
      : (sighting?.lookup.pathKeys ?? []).flatMap((key) => {
          const ids = paths.get(hex(key)) ?? new Set<string>();
          return ids.size < 9 ? [...ids] : [];
        });
    const candidates = new Set([
      ...known.history.devices.map(({ key }) => key),
      ...led.map(({ deviceId }) => deviceId),
      ...along,
    ]);
    const asked = [
      ...counterKeys.map(({ key }) => key),
      ...led.map(({ deviceId }) => deviceCounterKey(deviceId)),
    ];
    const { evaluation, record } = judgeAttempt(
      {
        project,
        attempt,
        userKey: user,
        at,
        sighting,
        policy: defaultPolicy(),
        accessLists: createAccessLists([]),
        counterKeys,
        idempotencyKeys: [],
      },
      {
        userVersion: known.version,
        history: known.history,
        contacts: {},
        device: { devices: [...candidates].flatMap((id) => devices.get(id) ?? []), identities: led },
        counters: asked.flatMap((key) => counters.get(key) ?? []),
        repeated: undefined,
      },
      at,
    );
    if (record.user !== undefined)
      users.set(user, { version: known.version + 1, history: record.user.history });
    if (record.device !== undefined) {
      const { device, identityKeys, addPaths, dropPaths } = record.device;
      devices.delete(device.deviceId);
      devices.set(device.deviceId, device);
      for (const key of identityKeys) identities.set(hex(key), device.deviceId);
      for (const key of dropPaths) paths.get(hex(key))?.delete(device.deviceId);
      for (const key of addPaths)
        paths.set(hex(key), (paths.get(hex(key)) ?? new Set()).add(device.deviceId));
    }
    for (const each of record.counts) counters.set(each.key, counted(counters.get(each.key), each));
    if (record.challenge !== undefined) lessons.set(record.challenge.challengeId, record.challenge.lesson);
    const { facts } = evaluation.trace;
    if (evaluation.verdict === "allow") {
      const values = countedValues(facts);
      if (values !== undefined) countLogin(pending, values);
    }
    count();
    seen(login, facts);
    return {
      verdict: evaluation.verdict,
      score: evaluation.score,
      reasons: evaluation.reasons,
      device: evaluation.signals.find(({ reason }) => /_device$/.test(reason)),
      challengeId: evaluation.challengeId,
    };
  };

  return {
    evaluate: async (login) => evaluateNow(login),
    async complete({ user }, challengeId) {
      const known = users.get(user);
      const lesson = lessons.get(challengeId);
      if (known === undefined || lesson === undefined) throw new Error("no such challenge");
      users.set(user, { version: known.version + 1, history: completed(known.history, lesson) });
    },
    stop: async () => {},
  };
}
