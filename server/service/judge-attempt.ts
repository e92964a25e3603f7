import { settleContacts } from "../challenge/contacts.js";
import { emailDomain } from "../challenge/email-domain.js";
import { limitsOf } from "../challenge/limits.js";
import type { Instant } from "../clock.js";
import { newId } from "../ids.js";
import type { Keys } from "../keys.js";
import type { AnonymitySource } from "../outbound/anonymity/anonymity.js";
import type { Geo } from "../outbound/geo/geo.js";
import type { AccessLists, Listed } from "../risk/access-list.js";
import { sharesOf } from "../risk/census.js";
import { valuesOf } from "../risk/chains.js";
import { type CounterKey, countsOf, deviceCounterKey, trafficsAt } from "../risk/counters.js";
import { engineVersion } from "../risk/engine-version.js";
import { gatherFacts, type Observation } from "../risk/facts.js";
import { type Judgement, judge } from "../risk/judge.js";
import type { Policy } from "../risk/policy/policy.js";
import { keepSignals } from "../risk/recollect.js";
import type { KeptEvaluation, Memories, Record } from "../store/evaluation-store.js";
import type { Project } from "../store/project-store.js";
import type { Censuses } from "./censuses.js";
import { contactBook } from "./contact-book.js";
import type { Attempt } from "./evaluate.js";
import type { Evaluation } from "./evaluations.js";
import { historyAfter, lessonOf } from "./lessons.js";
import { observe } from "./observe.js";
import type { Sighting } from "./sight-device.js";

/** An attempt with everything that is known of it before its memories are. */
export interface Prepared {
  readonly project: Project;
  readonly attempt: Attempt;
  readonly userKey: string;
  /** When it happened. */
  readonly at: Instant;
  readonly sighting: Sighting | undefined;
  readonly policy: Policy;
  readonly accessLists: AccessLists;
  /** All but that of the device. */
  readonly counterKeys: readonly CounterKey[];
  /** Under each master key, newest first; empty where none was given. */
  readonly idempotencyKeys: readonly Buffer[];
}

/** A judged attempt: what the caller is answered, and what is to be kept. */
export interface Judged {
  readonly evaluation: Evaluation;
  readonly record: Record;
}

/** Judges one attempt from its memories. Changes nothing. */
export type JudgeAttempt = (prepared: Prepared, memories: Memories, now: Instant) => Judged;

/** How long an idempotency key is remembered. */
const idempotencyMs = 24 * 3_600_000;

/** Makes JudgeAttempt: recognise, compare, judge, and note what it teaches. */
export function createJudgeAttempt({
  keys,
  geo,
  anonymity,
  censuses,
}: {
  keys: Keys;
  geo: Geo;
  anonymity: AnonymitySource;
  censuses: Pick<Censuses, "of">;
}): JudgeAttempt {
  return (prepared, memories, now) => {
    const { project, attempt, userKey, at, policy, counterKeys, idempotencyKeys } = prepared;
    const { projectId } = project;
    const limits = limitsOf(project.settings.limits);
    const device = prepared.sighting?.settle(
      memories.device,
      new Set(memories.history.devices.map(({ key }) => key)),
    );
    const settled = settleContacts(
      memories.contacts,
      contactBook(keys, projectId).given(attempt),
      at,
      limits.contact_cooldown_seconds * 1000,
    );
    const seen = observe({ geo, anonymity }, attempt, at, device, settled.changed);
    const observation: Observation = {
      ...seen,
      listed: listedOf(seen, attempt, prepared.accessLists),
      traffics: trafficsAt(memories.counters, counterKeys, device?.deviceId, at),
    };
    const shares = sharesOf(censuses.of(projectId), valuesOf(observation));
    const facts = gatherFacts(observation, memories.history, shares);
    const givenDomain = attempt.email === undefined ? undefined : emailDomain(attempt.email);
    const judgement = judge(
      facts,
      {
        action: attempt.action,
        outcome: attempt.outcome,
        user: attempt.user,
        emailDomain: givenDomain,
        metadataJson: attempt.metadataJson,
        deviceConfidence: seen.deviceConfidence,
        at,
      },
      policy,
    );
    const challengeId = asks(judgement) ? (attempt.reserved?.challengeId ?? newId(now)) : undefined;
    const eventTime = attempt.occurredAt !== undefined;
    const evaluation: Evaluation = {
      projectId,
      evaluationId: attempt.reserved?.evaluationId ?? newId(now),
      createdAt: now,
      action: attempt.action,
      userKey,
      outcome: attempt.outcome,
      verdict: judgement.verdict,
      reasons: judgement.reasons,
      score: judgement.score,
      deviceId: device?.deviceId,
      confidence: seen.deviceConfidence,
      challengeId,
      metadataJson: attempt.metadataJson,
      signals: judgement.signals,
      eventTime,
      restrictions: judgement.restrictions,
      policyVersion: project.policyVersion,
      trace: {
        engine: engineVersion,
        geo: geo.builds().names,
        facts,
        ...(givenDomain === undefined || !policy.reads.has("email_domain")
          ? {}
          : { emailDomain: givenDomain }),
      },
    };
    const lesson = lessonOf(observation, eventTime);
    const change = device?.keep(judgement.verdict === "allow" && attempt.outcome === "succeeded");
    const counted =
      device === undefined
        ? counterKeys
        : [...counterKeys, { name: "device", key: deviceCounterKey(device.deviceId) } as const];
    const record: Record = {
      evaluation: kept(evaluation),
      ...(change === undefined ? {} : { device: change }),
      counts: countsOf(counted, {
        outcome: attempt.outcome,
        userBit: userBit(keys, projectId, userKey),
        at,
        now,
      }),
      ...(attempt.outcome === "failed" || judgement.verdict === "deny"
        ? {}
        : {
            user: {
              expectedVersion: memories.userVersion,
              history: historyAfter(memories.history, judgement.verdict, lesson, challengeId),
              contacts: settled.contacts,
            },
          }),
      ...(challengeId === undefined
        ? {}
        : {
            challenge: {
              challengeId,
              lesson,
              contacts: settled.eligible,
              maxAttempts: limits.max_attempts,
              maxSends: limits.max_sends,
              expiresAt: now + limits.code_ttl_seconds * 1000,
            },
          }),
      ...(attempt.idempotency === undefined
        ? {}
        : {
            idempotency: {
              keys: idempotencyKeys,
              requestHash: attempt.idempotency.requestHash,
              expiresAt: now + idempotencyMs,
            },
          }),
    };
    return { evaluation, record };
  };
}

function asks({ verdict }: Judgement): boolean {
  return verdict === "challenge" || verdict === "challenge_and_restrict";
}

function kept(evaluation: Evaluation): KeptEvaluation {
  return { ...evaluation, signals: keepSignals(evaluation.signals) };
}

function listedOf(observation: Observation, attempt: Attempt, accessLists: AccessLists): Listed | undefined {
  if (accessLists.size === 0) return undefined;
  return accessLists.match(
    {
      user: attempt.user,
      deviceId: observation.deviceId,
      ip: attempt.ip,
      asn: observation.network?.asn,
      country: observation.country,
      emailDomain: attempt.email === undefined ? undefined : emailDomain(attempt.email),
    },
    observation.at,
  );
}

/** Keyed, so that nobody can choose names that count as one user. */
function userBit(keys: Keys, projectId: string, userKey: string): number {
  return keys.mac("counter", projectId, userKey).readUInt8(0) & 63;
}
