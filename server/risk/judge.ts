import type { Facts } from "./facts.js";
import { decide, defaultPolicy } from "./policy.js";
import { reasons } from "./reasons/index.js";
import type { Outcome, ReasonName, Signal, Verdict } from "./words.js";

/** What was decided about an attempt, and why. */
export interface Judgement {
  readonly verdict: Verdict;
  /** What the verdict rests on: what speaks for risk, strongest first, then what could not be judged. Trust is in `signals` alone. */
  readonly reasons: readonly ReasonName[];
  /** 0 (safe) to 1 (attack). */
  readonly score: number;
  /** Everything that was noticed, risk first. */
  readonly signals: readonly Signal[];
}

/** Log-odds of an attack before anything is noticed: about 1 in 50 attempts. */
const priorWeight = -4;

/** Judges an attempt. A failed one (wrong credentials) is scored but never asks for a challenge: there is no one to let in. */
export function judge(facts: Facts, outcome: Outcome): Judgement {
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
  return {
    verdict:
      outcome === "failed" ? "allow" : decide(defaultPolicy, new Set(signals.map((signal) => signal.reason))),
    reasons: [...risks, ...neutral].map((signal) => signal.reason).filter((name) => !signalOnly.has(name)),
    score: 1 / (1 + Math.exp(-weight)),
    signals: [...risks, ...neutral, ...trust],
  };
}
