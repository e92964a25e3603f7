import { type Circumstances, decide, subjectOf } from "./decide.js";
import type { Facts } from "./facts.js";
import { scoreOf } from "./judge.js";
import type { Policy } from "./policy/policy.js";
import type { ReasonName, Signal, Verdict } from "./words.js";

/** What would have led to another verdict. */
export interface WhatIf {
  /** Without these reasons; empty where one more would have done it. */
  readonly without: readonly ReasonName[];
  /** With this reason besides. */
  readonly besides: ReasonName | undefined;
  readonly verdict: Verdict;
}

/** Reasons that are asked for besides, where the verdict was to allow. */
const telling: readonly ReasonName[] = [
  "new_device",
  "new_ip",
  "impossible_travel",
  "tor",
  "credential_stuffing",
  "deny_listed",
];

/**
 * What would have changed a verdict: one reason less, where that is not enough two less, and for an attempt that was allowed one more.
 * Reasons and score change, all else that a policy can read stays as it was.
 */
export function whatIf(
  facts: Facts,
  signals: readonly Signal[],
  circumstances: Circumstances,
  policy: Policy,
): readonly WhatIf[] {
  const noticed = signals.filter(({ reason }) => reason !== "policy_failed");
  const verdictOf = (kept: readonly Signal[]): Verdict =>
    decide(policy, subjectOf(facts, kept, scoreOf(kept), circumstances)).verdict;
  const actual = verdictOf(noticed);
  const less = (removed: readonly Signal[]): readonly WhatIf[] => {
    const verdict = verdictOf(noticed.filter((signal) => !removed.includes(signal)));
    return verdict === actual
      ? []
      : [{ without: removed.map(({ reason }) => reason), besides: undefined, verdict }];
  };
  const one = noticed.flatMap((signal) => less([signal]));
  const two =
    one.length > 0
      ? []
      : noticed.flatMap((first, index) =>
          noticed.slice(index + 1).flatMap((second) => less([first, second])),
        );
  const more =
    actual !== "allow"
      ? []
      : telling
          .filter((reason) => !noticed.some((signal) => signal.reason === reason))
          .flatMap((reason): readonly WhatIf[] => {
            const verdict = verdictOf([...noticed, imagined(reason)]);
            return verdict === actual ? [] : [{ without: [], besides: reason, verdict }];
          });
  return [...one, ...two, ...more];
}

const imagined = (reason: ReasonName): Signal => ({
  reason,
  direction: "risk",
  weight: 0,
  evidence: {},
  message: "",
  userMessage: "",
});
