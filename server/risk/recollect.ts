import { policyFailed } from "./decide.js";
import type { Facts } from "./facts.js";
import { reasonNamed } from "./reasons/index.js";
import type { Evidence, ReasonName, Signal } from "./words.js";

/** A signal as it is kept beside its facts: what cannot be drawn from them anew. */
export interface KeptSignal {
  readonly reason: ReasonName;
  /** As it counted when it was judged. */
  readonly weight: number;
  /** Present where the facts do not tell. */
  readonly evidence?: Evidence;
}

/** Reduces signals to what has to be kept beside their facts. */
export function keepSignals(signals: readonly Signal[]): readonly KeptSignal[] {
  return signals.map(({ reason, weight, evidence }) =>
    reasonNamed(reason) === undefined ? { reason, weight, evidence } : { reason, weight },
  );
}

/**
 * The signals of a kept evaluation, in the order in which they were: names and weights as they were judged, evidence drawn from the facts as they
 * were, sentences as this release words them.
 */
export function recollect(facts: Facts, kept: readonly KeptSignal[]): readonly Signal[] {
  return kept.map(({ reason: name, weight, evidence: own }) => {
    const reason = reasonNamed(name);
    const evidence = own ?? reason?.evidence(facts) ?? {};
    if (reason === undefined) return policyFailed(evidence);
    const { direction, message, userMessage } = reason;
    return { reason: name, direction, weight, evidence, message: message(evidence), userMessage };
  });
}
