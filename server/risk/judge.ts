import { calibrated } from "./calibration.js";
import { type Circumstances, decide, subjectOf } from "./decide.js";
import type { Facts } from "./facts.js";
import { defaultPolicy } from "./policy/default-policy.js";
import type { Policy } from "./policy/policy.js";
import { reasons } from "./reasons/index.js";
import type { Reason } from "./reasons/reason.js";
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

/**
 * The signals of an attempt, in the order of the table. Pure. A weight is held to its direction, so that noticing something risky never
 * lowers the score and something trusted never raises it.
 */
export function notice(facts: Facts): readonly Signal[] {
  const signals: Signal[] = [];
  for (const reason of reasons) {
    const evidence = reason.evidence(facts);
    if (evidence === undefined) continue;
    signals.push({
      reason: reason.name,
      direction: reason.direction,
      weight: weightOf(reason, facts),
      evidence,
      message: reason.message(evidence),
      userMessage: reason.userMessage,
    });
  }
  return signals;
}

function weightOf({ direction, weight }: Reason, facts: Facts): number {
  const drawn = typeof weight === "number" ? weight : weight(facts);
  if (direction === "neutral" || !Number.isFinite(drawn)) return 0;
  const held = direction === "risk" ? Math.max(0, drawn) : Math.min(0, drawn);
  // To four decimals, and never −0: what is stored and shown is what was added.
  return Math.round(held * 1e4) / 1e4 + 0;
}

/** The score of signals: the probability of an attack that the sum of their weights stands for. Their order does not matter. */
export function scoreOf(signals: readonly Signal[]): number {
  // Whole numbers add up to the same sum in any order.
  const sum = signals.reduce((total, { weight }) => total + Math.round(weight * 1e4), 0) / 1e4;
  return calibrated(sum);
}

const signalOnly: ReadonlySet<ReasonName> = new Set(
  reasons.filter((reason) => reason.signalOnly).map((reason) => reason.name),
);

function reasonsAmong(...parts: readonly (readonly Signal[])[]): readonly ReasonName[] {
  const names: ReasonName[] = [];
  for (const part of parts) for (const { reason } of part) if (!signalOnly.has(reason)) names.push(reason);
  return names;
}

/** Judges an attempt by a policy. A failed one (wrong credentials) is scored but never asks for a challenge: there is no one to let in. */
export function judge(
  facts: Facts,
  circumstances: Circumstances,
  policy: Policy = defaultPolicy(),
): Judgement {
  const signals = notice(facts);
  const [risks, neutral, trust]: [Signal[], Signal[], Signal[]] = [[], [], []];
  for (const signal of signals) {
    const { direction } = signal;
    (direction === "risk" ? risks : direction === "neutral" ? neutral : trust).push(signal);
  }
  risks.sort((a, b) => b.weight - a.weight);
  trust.sort((a, b) => a.weight - b.weight);
  const score = scoreOf(signals);
  const sorted = [...risks, ...neutral, ...trust];
  const { verdict, restrictions, rule, failure } = decide(
    policy,
    subjectOf(facts, sorted, score, circumstances),
  );
  return {
    verdict,
    restrictions,
    rule,
    reasons: reasonsAmong(risks, neutral),
    score,
    signals: failure === undefined ? sorted : [...sorted, failure],
  };
}
