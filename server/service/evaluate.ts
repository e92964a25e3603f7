import { writeClientToken } from "../challenge/client-token.js";
import { settleContacts } from "../challenge/contacts.js";
import { emailDomain } from "../challenge/email-domain.js";
import { limitsOf } from "../challenge/limits.js";
import { signupKey } from "../challenge/user-key.js";
import type { Clock, Instant } from "../clock.js";
import type { Fingerprint } from "../device/fingerprint.js";
import { AppError } from "../errors.js";
import { newId } from "../ids.js";
import type { Keys } from "../keys.js";
import type { AnonymitySource } from "../outbound/anonymity/anonymity.js";
import type { Geo } from "../outbound/geo/geo.js";
import type { AccessLists } from "../risk/access-list.js";
import { type CounterKey, countersOf, countsOf, deviceCounterKey, trafficsAt } from "../risk/counters.js";
import { engineVersion } from "../risk/engine-version.js";
import { gatherFacts, type Observation } from "../risk/facts.js";
import type { IpAddress } from "../risk/ip-address.js";
import { judge } from "../risk/judge.js";
import type { Policy } from "../risk/policy/policy.js";
import type { Outcome } from "../risk/words.js";
import type {
  Evaluation,
  EvaluationStore,
  Memories,
  Record as NewRecord,
} from "../store/evaluation-store.js";
import type { Project } from "../store/project-store.js";
import type { ActiveLists } from "./active-lists.js";
import type { ActivePolicies } from "./active-policies.js";
import type { ChallengeLink } from "./challenge-link.js";
import { contactBook } from "./contact-book.js";
import type { ContactNotices } from "./contact-notices.js";
import { checkEventTime } from "./event-time.js";
import { historyAfter, lessonOf } from "./lessons.js";
import { observe } from "./observe.js";
import { deviceTokenOf, type SightDevice, type Sighting } from "./sight-device.js";
import { createTurns } from "./turns.js";

/** One attempt to judge, checked and parsed. */
export interface Attempt {
  readonly action: string;
  /** Absent only for a signup with an e-mail address. */
  readonly user: string | undefined;
  readonly fingerprint: Fingerprint | undefined;
  /** As it came; one that is not valid here says nothing. */
  readonly deviceToken: string | undefined;
  readonly ip: IpAddress | undefined;
  readonly email: string | undefined;
  readonly phone: string | undefined;
  /** Compact JSON. */
  readonly metadataJson: string | undefined;
  readonly userAgent: string | undefined;
  /** When it happened, where the caller says so. */
  readonly occurredAt: Instant | undefined;
  readonly outcome: Outcome;
  /** When the caller stops waiting, by this machine's clock. */
  readonly deadlineAt: Instant | undefined;
  /** Repeats with the same key and request give the same evaluation. */
  readonly idempotency: { readonly key: string; readonly requestHash: Uint8Array } | undefined;
  /** Ids that were given out before it was judged. */
  readonly reserved?: { readonly evaluationId: string; readonly challengeId: string };
}

/** A stored evaluation with what only its caller gets. */
export interface Evaluated {
  readonly evaluation: Evaluation;
  /** With a challenge only. */
  readonly clientToken: string | undefined;
  /** The hosted page for the challenge, with the client token; only where the server knows its own address. */
  readonly challengeUrl: string | undefined;
  /** With a device, unless denied. */
  readonly deviceToken: string | undefined;
}

/** Judges attempts. */
export type Evaluate = (project: Project, attempt: Attempt) => Promise<Evaluated>;

/** How long an idempotency key is remembered. */
const idempotencyMs = 24 * 3_600_000;
/** How often an attempt is judged anew when others of the same user come in between. */
const maxRounds = 20;
/** Attempts of one user that wait for their turn; more than a person or an application ever makes at once. */
const maxWaitingPerUser = 256;
/** A client token lives as long as its challenge can: five codes of ten minutes, and ten minutes to complete. */
export const clientTokenMs = 3_600_000;

/** What evaluating needs. */
export interface EvaluateDeps {
  readonly clock: Clock;
  readonly keys: Keys;
  readonly geo: Geo;
  readonly anonymity: AnonymitySource;
  readonly evaluations: EvaluationStore;
  readonly challengeLink: ChallengeLink;
  readonly policies: ActivePolicies;
  readonly sightDevice: SightDevice;
  readonly lists: ActiveLists;
  readonly contactNotices: ContactNotices;
}

/** Makes Evaluate: recall, recognise, judge, record; and again from the start when something changed in between. */
export function createEvaluate({
  clock,
  keys,
  geo,
  anonymity,
  evaluations,
  challengeLink,
  policies,
  sightDevice,
  lists,
  contactNotices,
}: EvaluateDeps): Evaluate {
  const turns = createTurns(maxWaitingPerUser);
  const answer = (evaluation: Evaluation): Evaluated => {
    const { projectId, challengeId, createdAt } = evaluation;
    const deviceToken = deviceTokenOf(keys, evaluation);
    if (challengeId === undefined) {
      return { evaluation, deviceToken, clientToken: undefined, challengeUrl: undefined };
    }
    const clientToken = writeClientToken(
      { projectId, challengeId, expiresAt: createdAt + clientTokenMs },
      (...parts) => keys.mac("client_token", ...parts),
    );
    return { evaluation, deviceToken, clientToken, challengeUrl: challengeLink(challengeId, clientToken) };
  };

  const repeat = async (project: Project, attempt: Attempt, repeated: NonNullable<Memories["repeated"]>) => {
    if (attempt.idempotency && Buffer.compare(repeated.requestHash, attempt.idempotency.requestHash) !== 0) {
      throw new AppError(
        "idempotency_conflict",
        "This idempotency key was used with another request; take a new key for a new attempt.",
      );
    }
    const evaluation = await evaluations.find(project.projectId, repeated.evaluationId);
    if (evaluation === undefined)
      throw new AppError("internal", "The evaluation of this idempotency key is gone.");
    return answer(evaluation);
  };

  return (project, attempt) => {
    const { projectId } = project;
    const userKey = attempt.user ?? signupKey(contactBook(keys, projectId).emailHash(attempt.email ?? ""));
    const evaluate = () => evaluateFor(project, attempt, userKey);
    // A failed attempt changes nothing of the user, so it need not wait for the others.
    return attempt.outcome === "failed" ? evaluate() : turns(`${projectId} ${userKey}`, evaluate);
  };

  async function evaluateFor(project: Project, attempt: Attempt, userKey: string): Promise<Evaluated> {
    const { projectId } = project;
    checkEventTime(project, attempt.occurredAt, clock.now());
    const inForce = policies.of(project);
    const policy = inForce instanceof Promise ? await inForce : inForce;
    const { fingerprint, deviceToken } = attempt;
    const at = attempt.occurredAt ?? clock.now();
    const sighting = sightDevice({ projectId, userKey, fingerprint, deviceToken, now: at });
    const listsNow = lists.of(project);
    const accessLists = listsNow instanceof Promise ? await listsNow : listsNow;
    const idempotencyKey = attempt.idempotency && keys.mac("idempotency", projectId, attempt.idempotency.key);

    const counterKeys = countersOf(userKey, attempt.ip);

    for (let round = 0; round < maxRounds; round++) {
      const now = clock.now();
      const memories = await evaluations.recall({
        projectId,
        userKey,
        device: sighting?.lookup,
        counterKeys: counterKeys.map(({ key }) => key),
        idempotencyKey,
        now,
        deadlineAt: attempt.deadlineAt,
      });
      if (memories.repeated !== undefined) return repeat(project, attempt, memories.repeated);
      const found = { memories, now, userKey, sighting, policy, accessLists, counterKeys };
      const record = judged(project, attempt, found);
      const noticed =
        attempt.occurredAt === undefined
          ? contactNotices.prepare(project, record.evaluation, memories.contacts, record.user?.contacts)
          : undefined;
      const noticeKeys = noticed === undefined ? [] : await noticed;
      const kept = await evaluations.record({
        ...record,
        ...(attempt.idempotency !== undefined && idempotencyKey !== undefined
          ? {
              idempotency: {
                key: idempotencyKey,
                requestHash: attempt.idempotency.requestHash,
                expiresAt: now + idempotencyMs,
              },
            }
          : {}),
      });
      if (kept !== "recorded") continue;
      noteFailedPolicy(project, record.evaluation);
      contactNotices.release(noticeKeys);
      return answer(record.evaluation);
    }
    throw new AppError("conflict", "Too many attempts of this user at the same instant; try again.", {
      retryAfterSeconds: 1,
    });
  }

  function noteFailedPolicy(project: Project, { signals }: Evaluation): void {
    const failure = signals.find(({ reason }) => reason === "policy_failed");
    if (failure !== undefined) policies.noteFailure(project, String(failure.evidence.rule));
  }

  function judged(
    project: Project,
    attempt: Attempt,
    {
      memories,
      now,
      userKey,
      sighting,
      policy,
      accessLists,
      counterKeys,
    }: {
      memories: Memories;
      now: Instant;
      userKey: string;
      sighting: Sighting | undefined;
      policy: Policy;
      accessLists: AccessLists;
      counterKeys: readonly CounterKey[];
    },
  ): NewRecord {
    const { projectId } = project;
    const at = attempt.occurredAt ?? now;
    const limits = limitsOf(project.settings.limits ?? {});
    const device = sighting?.settle(memories.device, new Set(memories.history.devices.map(({ key }) => key)));
    const settled = settleContacts(
      memories.contacts,
      contactBook(keys, projectId).given(attempt),
      at,
      limits.contact_cooldown_seconds * 1000,
    );
    const observation: Observation = {
      ...withLists(observe({ geo, anonymity }, attempt, at, device, settled.changed), attempt, accessLists),
      traffics: trafficsAt(memories.counters, counterKeys, device?.deviceId, at),
    };
    const facts = gatherFacts(observation, memories.history);
    const givenDomain = attempt.email === undefined ? undefined : emailDomain(attempt.email);
    const judgement = judge(
      facts,
      {
        action: attempt.action,
        outcome: attempt.outcome,
        user: attempt.user,
        emailDomain: givenDomain,
        metadataJson: attempt.metadataJson,
        deviceConfidence: device?.confidence,
        at,
      },
      policy,
    );
    const asks = judgement.verdict === "challenge" || judgement.verdict === "challenge_and_restrict";
    const lesson = lessonOf(observation, attempt.occurredAt !== undefined);
    const challengeId = asks ? (attempt.reserved?.challengeId ?? newId(now)) : undefined;
    const evaluation: Evaluation = {
      projectId,
      evaluationId: attempt.reserved?.evaluationId ?? newId(now),
      createdAt: now,
      occurredAt: at,
      action: attempt.action,
      userKey,
      outcome: attempt.outcome,
      verdict: judgement.verdict,
      reasons: judgement.reasons,
      score: judgement.score,
      deviceId: device?.deviceId,
      confidence: device?.confidence,
      challengeId,
      ip: attempt.ip?.text,
      country: observation.country,
      asn: observation.network?.asn,
      metadataJson: attempt.metadataJson,
      signals: judgement.signals,
      lesson,
      restrictions: judgement.restrictions,
      policyVersion: project.policyVersion,
    };
    const change = device?.keep(judgement.verdict === "allow" && attempt.outcome === "succeeded");
    return {
      evaluation,
      trace: {
        engine: engineVersion,
        geo: geoBuilds(),
        facts,
        ...(givenDomain === undefined || !policy.reads.has("email_domain")
          ? {}
          : { emailDomain: givenDomain }),
      },
      ...(change === undefined ? {} : { device: change }),
      counts: countsOf(
        device === undefined
          ? counterKeys
          : [...counterKeys, { name: "device", key: deviceCounterKey(device.deviceId) }],
        { outcome: attempt.outcome, userBit: userBit(projectId, userKey), at, now },
      ),
      ...(attempt.outcome === "failed" || judgement.verdict === "deny"
        ? {}
        : {
            user: {
              expectedVersion: memories.userVersion,
              history: historyAfter(memories.history, judgement.verdict, lesson, challengeId),
              contacts: settled.contacts,
            },
          }),
      ...(evaluation.challengeId === undefined
        ? {}
        : {
            challenge: {
              challengeId: evaluation.challengeId,
              contacts: settled.eligible,
              maxAttempts: limits.max_attempts,
              maxSends: limits.max_sends,
              expiresAt: now + limits.code_ttl_seconds * 1000,
            },
          }),
    };
  }

  function geoBuilds(): string {
    const { city, asn } = geo.status();
    return `${city.loaded ? city.source : "no city database"}, ${asn.loaded ? asn.source : "no ASN database"}`;
  }

  function withLists(observation: Observation, attempt: Attempt, accessLists: AccessLists): Observation {
    const listed = accessLists.match(
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
    return listed === undefined ? observation : { ...observation, listed };
  }

  /** Keyed, so that nobody can choose names that count as one user. */
  function userBit(projectId: string, userKey: string): number {
    return keys.mac("counter", projectId, userKey).readUInt8(0) & 63;
  }
}
