import { type Circumstances, decide, subjectOf } from "./decide.js";
import type { Facts } from "./facts.js";
import { defaultPolicy } from "./policy/default-policy.js";
import type { Policy } from "./policy/policy.js";
import { reasons } from "./reasons/index.js";
import type { ReasonName, Signal, Verdict } from "./words.js";

/** What was decided about an attempt, and why. */
export interface Judgement {
  readonly verdict: Verdict;
  /** What to withhold; only with `restrict` and `challenge_and_restrict`. */
  readonly restrictions: readonly string[];
  /** The policy's rule that gave the verdict; undefined when none matched. */
  readonly rule: string | undefined;
  /** What the verdict rests on: what speaks for risk, strongest first, then what could not be judged. Trust is in `signals` alone. */
  readonly reasons: readonly ReasonName[];
  /** 0 (safe) to 1 (attack). */
  readonly score: number;
  /** Everything that was noticed, risk first. */
  readonly signals: readonly Signal[];
}

/** Log-odds of an attack before anything is noticed: about 1 in 50 attempts. */
const priorWeight = -4;

/** Judges an attempt by a policy. A failed one (wrong credentials) is scored but never asks for a challenge: there is no one to let in. */
export function judge(facts: Facts, circumstances: Circumstances, policy: Policy = defaultPolicy): Judgement {
  const signals: Signal[] = [];
  const signalOnly = new Set<ReasonName>();
  for (const { name, direction, weight, evidence, message, ...row } of reasons) {
    const found = evidence(facts);
    if (found === undefined) continue;
    signals.push({ reason: name, direction, weight, evidence: found, message: message(found) });
    if (row.signalOnly) signalOnly.add(name);
  }
  const risks = signals.filter((signal) => signal.direction === "risk").sort((a, b) => b.weight - a.weight);
  const neutral = signals.filter((signal) => signal.direction === "neutral");
  const trust = signals.filter((signal) => signal.direction === "trust");
  const weight = signals.reduce((sum, signal) => sum + signal.weight, priorWeight);
  const score = 1 / (1 + Math.exp(-weight));
  const sorted = [...risks, ...neutral, ...trust];
  const { verdict, restrictions, rule, failure } = decide(
    policy,
    subjectOf(facts, sorted, score, circumstances),
  );
  return {
    verdict,
    restrictions,
    rule,
    reasons: [...risks, ...neutral].map((signal) => signal.reason).filter((name) => !signalOnly.has(name)),
    score,
    signals: failure === undefined ? sorted : [...sorted, failure],
  };
}
