import { instantOfId } from "../../ids.js";
import type { KeptSignal } from "../../risk/recollect.js";
import type { Trace } from "../../risk/trace.js";
import type { Evidence, ReasonName, Verdict } from "../../risk/words.js";
import type { KeptEvaluation } from "../evaluation-store.js";
import type { GeoBuilds } from "./geo-builds.js";
import { pack } from "./pack.js";
import { dictionary, type Given, type Packable } from "./packed-format.js";
import { unpack } from "./unpack.js";

/** Names and values that evaluations repeat, the most frequent first. Only ever added to at the end: see `dictionary`. */
const words = dictionary(
  [
    ...[
      "engine",
      "geo",
      "facts",
      "signals",
      "reasons",
      "score",
      "confidence",
      "observation",
      "at",
      "deviceId",
    ],
    ...[
      "deviceConfidence",
      "deviceLogOdds",
      "deviceChanged",
      "ip",
      "addressKey",
      "network",
      "asn",
      "name",
      "country",
      "place",
    ],
    ...[
      "latitude",
      "longitude",
      "accuracyKm",
      "region",
      "city",
      "anonymity",
      "geoAvailable",
      "client",
      "changedContacts",
      "traffics",
    ],
    ...[
      "user",
      "addressHour",
      "addressDay",
      "near",
      "device",
      "failed",
      "succeeded",
      "users",
      "firstSeenUser",
      "devicesKnown",
    ],
    ...["devicesSeen", "address", "state", "known", "new", "absent", "key", "seen", "usual", "knownCount"],
    ...["firstAt", "lastAt", "count", "within", "nearest", "km", "likelihoods", "os", "browser", "agent"],
    ...["abandoned", "hour", "share", "logins", "travel", "kmh", "hours", "from", "challenge", "policy"],
    ...[
      "restrictions",
      "evidence",
      "email_domain",
      "event_time",
      "verifiedAt",
      "blamed",
      "what",
      "challengeId",
      "shares",
      "listed",
    ],
    ...[
      "site",
      "deviceProven",
      "tokenDeviceId",
      "tokenIgnored",
      "ipNotEvaluable",
      "disposableDomain",
      "hosting",
      "vpn",
      "proxy",
      "tor",
    ],
    ...[
      "known_device",
      "known_ip",
      "known_network",
      "known_place",
      "known_country",
      "known_client",
      "new_ip",
      "new_network",
      "new_device",
    ],
    ...["first_seen_user", "US", "NO", "GB", "DE", "FR", "BR", "PL", "IN", "email", "sms", "private"],
    ...["ratio", "attempts", "elapsedMs", "impossible", "kind", "value", "comment", "allow", "deny", "watch"],
    ...[
      "new_country",
      "missing_fingerprint",
      "ip_not_evaluable",
      "missing_ip",
      "geo_unavailable",
      "impossible_travel",
      "contact_changed",
      "allow_listed",
      "deny_listed",
      "watch_listed",
      "policy_failed",
      "near_known_ip",
      "new_place",
      "unusual_hour",
      "user_velocity",
      "many_users_on_device",
      "many_users_on_ip",
      "credential_stuffing",
      "many_failures",
      "disposable_email",
      "abandoned_challenge",
      "new_client",
      "recently_verified",
      "reported_attacker",
      "fingerprint_withheld",
      "device_changed",
      "device_mismatch",
      "device_token_ignored",
    ],
  ],
  [
    ["key", "firstAt", "lastAt", "count"],
    ["key", "firstAt", "lastAt", "count", "within"],
    ["state", "key", "seen"],
    ["state", "key", "knownCount"],
    ["state", "key", "usual", "knownCount"],
    ["failed", "succeeded", "users"],
    ["key", "firstAt", "lastAt", "count", "latitude", "longitude", "accuracyKm", "name", "asn"],
    ["latitude", "longitude", "accuracyKm", "country", "region", "city"],
    ["country", "network", "address", "os", "browser", "agent"],
    ["state", "nearest", "km"],
    ["asn", "name"],
    ["hour", "ratio", "attempts"],
    ["user", "addressHour", "addressDay", "near", "device"],
    [
      ...[
        "at",
        "deviceId",
        "deviceLogOdds",
        "deviceConfidence",
        "deviceChanged",
        "ip",
        "addressKey",
        "network",
      ],
      ...["country", "place", "anonymity", "geoAvailable", "client", "changedContacts", "traffics"],
    ],
    [
      ...[
        "observation",
        "firstSeenUser",
        "devicesKnown",
        "devicesSeen",
        "device",
        "address",
        "network",
        "country",
      ],
      ...["client", "place", "likelihoods", "abandoned"],
    ],
    [
      ...[
        "observation",
        "firstSeenUser",
        "devicesKnown",
        "devicesSeen",
        "device",
        "address",
        "network",
        "country",
      ],
      ...["client", "place", "hour", "likelihoods", "abandoned"],
    ],
    ["engine", "geo", "facts", "signals", "reasons", "score", "confidence"],
    ["engine", "geo", "facts", "signals", "reasons", "score", "confidence", "challenge"],
  ],
);

/** What of an evaluation lies in one column, since no statement looks into it. */
interface Body {
  readonly engine: number;
  /** See GeoBuilds. */
  readonly geo: number;
  readonly facts: Packable;
  readonly email_domain?: string;
  /** Name and weight in turn. */
  readonly signals: readonly (string | number)[];
  /** Evidence that the facts do not tell, by reason. */
  readonly evidence?: Readonly<Record<string, Evidence>>;
  readonly reasons: readonly string[];
  readonly score: number;
  readonly confidence?: number;
  readonly challenge?: string;
  readonly restrictions?: readonly string[];
  readonly policy?: number;
  readonly event_time?: true;
}

/** An evaluation as its row has it. */
export interface EvaluationRow {
  project_id: string;
  evaluation_id: string;
  user_key: string;
  action: string;
  failed: boolean;
  verdict: Verdict;
  device_id: string | null;
  metadata: string | null;
  body: Uint8Array;
}

/** What the other columns say already. */
function givenOf(evaluationId: string, deviceId: string | null | undefined): Given {
  const at = instantOfId(evaluationId);
  return deviceId ? [at, deviceId] : [at];
}

/** Packs what has no column of its own; `geo` is the number of the trace's geo builds. */
export function encodeBody(evaluation: KeptEvaluation, geo: number): Buffer {
  const { trace, signals, reasons, score, confidence, challengeId, restrictions, policyVersion } = evaluation;
  const weights: (string | number)[] = [];
  let own: { [reason: string]: Evidence } | undefined;
  for (const { reason, weight, evidence } of signals) {
    weights.push(reason, weight);
    if (evidence === undefined) continue;
    own ??= {};
    own[reason] = evidence;
  }
  const body = {
    engine: trace.engine,
    geo,
    facts: trace.facts as unknown as Packable,
    email_domain: trace.emailDomain,
    signals: weights,
    evidence: own,
    reasons,
    score,
    confidence,
    challenge: challengeId,
    restrictions: restrictions.length === 0 ? undefined : restrictions,
    policy: policyVersion === 0 ? undefined : policyVersion,
    event_time: evaluation.eventTime ? true : undefined,
  } as const;
  return pack(body, words, givenOf(evaluation.evaluationId, evaluation.deviceId));
}

/** Reads a row. Rejects for one of a later release. */
export async function decodeEvaluation(row: EvaluationRow, builds: GeoBuilds): Promise<KeptEvaluation> {
  const body = unpack(row.body, words, givenOf(row.evaluation_id, row.device_id)) as unknown as Body;
  const trace: Trace = {
    engine: body.engine,
    geo: await builds.name(body.geo),
    facts: body.facts as unknown as Trace["facts"],
    ...(body.email_domain === undefined ? {} : { emailDomain: body.email_domain }),
  };
  const signals: KeptSignal[] = [];
  for (let index = 0; index + 1 < body.signals.length; index += 2) {
    const reason = body.signals[index] as ReasonName;
    const evidence = body.evidence?.[reason];
    const weight = body.signals[index + 1] as number;
    signals.push(evidence === undefined ? { reason, weight } : { reason, weight, evidence });
  }
  return {
    projectId: row.project_id,
    evaluationId: row.evaluation_id,
    createdAt: instantOfId(row.evaluation_id),
    action: row.action,
    userKey: row.user_key,
    outcome: row.failed ? "failed" : "succeeded",
    verdict: row.verdict,
    reasons: body.reasons as readonly ReasonName[],
    score: body.score,
    deviceId: row.device_id ?? undefined,
    confidence: body.confidence,
    challengeId: body.challenge,
    metadataJson: row.metadata ?? undefined,
    signals,
    eventTime: body.event_time ?? false,
    restrictions: body.restrictions ?? [],
    policyVersion: body.policy ?? 0,
    trace,
  };
}
