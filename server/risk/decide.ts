import type { Match } from "./access-list.js";
import type { Compared, Facts } from "./facts.js";
import { defaultPolicy } from "./policy/default-policy.js";
import { type Decision, type Policy, PolicyFailure } from "./policy/policy.js";
import type { ListedKind, PolicySubject, Trait } from "./policy/subject.js";
import type { Evidence, Outcome, Signal, Verdict } from "./words.js";

/** What policies can look at besides the facts. */
export interface Circumstances {
  readonly action: string;
  readonly outcome: Outcome;
  /** Undefined for a signup without one. */
  readonly user: string | undefined;
  /** Lower case; undefined when no e-mail address was given. */
  readonly emailDomain: string | undefined;
  readonly metadataJson: string | undefined;
  /** How sure it is that the device is that device, 0 to 1; undefined without a device. */
  readonly deviceConfidence: number | undefined;
  /** When it happened, in milliseconds since 1970. */
  readonly at: number;
}

/** A decision that holds even when the project's policy failed. */
export interface SafeDecision extends Decision {
  /** Says that the project's policy could not decide, so that the default did; undefined when it could. */
  readonly failure: Signal | undefined;
}

const traitOf = (compared: Compared<string | number>): Trait => ({
  state: compared.state,
  seenCount: compared.state === "known" ? compared.seen.count : 0,
});

const kindsOf = (matches: readonly Match[] | undefined): readonly ListedKind[] =>
  (matches ?? []).map(({ kind }) => kind);

/** The attempt as a policy sees it. */
export function subjectOf(
  facts: Facts,
  signals: readonly Signal[],
  score: number,
  { action, outcome, user, emailDomain, metadataJson, deviceConfidence, at }: Circumstances,
): PolicySubject {
  const { observation } = facts;
  return {
    reasons: signals.map(({ reason }) => reason),
    signals,
    score,
    action,
    outcome,
    user: user ?? "",
    emailDomain: emailDomain ?? "",
    ip: observation.ip ?? "",
    country: observation.country ?? "",
    asn: observation.network?.asn ?? 0,
    device: { ...traitOf(facts.device), id: observation.deviceId ?? "", confidence: deviceConfidence ?? 0 },
    address: traitOf(facts.address),
    network: { ...traitOf(facts.network), name: observation.network?.name ?? "" },
    lists: {
      allow: kindsOf(observation.listed?.allow),
      deny: kindsOf(observation.listed?.deny),
      watch: kindsOf(observation.listed?.watch),
    },
    metadataJson,
    at,
  };
}

/** A failed attempt has no one to let in: it is never challenged. */
function withoutChallenge(verdict: Verdict): Verdict {
  if (verdict === "challenge") return "allow";
  return verdict === "challenge_and_restrict" ? "restrict" : verdict;
}

/** Decides by the project's policy; where that fails, by the default, and says so. Never throws for a policy's sake. */
export function decide(policy: Policy, subject: PolicySubject): SafeDecision {
  const { decision, failure } = tried(policy, subject);
  return {
    ...decision,
    verdict: subject.outcome === "failed" ? withoutChallenge(decision.verdict) : decision.verdict,
    failure,
  };
}

function tried(policy: Policy, subject: PolicySubject): { decision: Decision; failure: Signal | undefined } {
  try {
    return { decision: policy.decide(subject), failure: undefined };
  } catch (error) {
    if (!(error instanceof PolicyFailure)) throw error;
    return { decision: defaultPolicy().decide(subject), failure: policyFailed({ rule: error.rule }) };
  }
}

/** Says that the project's policy failed, at the rule in the evidence. The fault itself stays out: it may quote what the caller sent. */
export const policyFailed = (evidence: Evidence): Signal => ({
  reason: "policy_failed",
  direction: "neutral",
  weight: 0,
  evidence,
  message: `The project's policy failed at its rule "${evidence.rule}", so the default policy decided.`,
  userMessage: "This sign-in was judged by general rules.",
});
