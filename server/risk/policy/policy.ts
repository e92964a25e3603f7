import type { ReasonName, Verdict } from "../words.js";
import type { Condition } from "./condition.js";
import type { PolicySubject } from "./subject.js";
import { bind } from "./variables.js";

/** One rule: when its condition holds, and none before it did, its verdict is the answer. */
export interface Rule {
  /** For people and tests; unique within the policy. */
  readonly name: string;
  /** The condition's text. */
  readonly when: string;
  readonly condition: Condition;
  readonly verdict: Verdict;
  /** What to withhold, in the project's own words; only with `restrict` and `challenge_and_restrict`. */
  readonly restrictions: readonly string[];
}

/** The rules of a project, compiled; immutable. */
export interface Policy {
  readonly rules: readonly Rule[];
  /** The verdict where no rule matches. */
  readonly otherwise: Verdict;
  /** The names of the variables that any rule reads. */
  readonly reads: ReadonlySet<string>;
  /** Decides. Throws PolicyFailure where a condition cannot be told true or false. */
  decide(subject: PolicySubject): Decision;
}

/** What a policy decided. */
export interface Decision {
  readonly verdict: Verdict;
  readonly restrictions: readonly string[];
  /** The name of the rule that matched; undefined when none did. */
  readonly rule: string | undefined;
}

/** A rule could not be told true or false for one attempt. */
export class PolicyFailure extends Error {
  override readonly name = "PolicyFailure";

  constructor(
    readonly rule: string,
    cause: unknown,
  ) {
    super(`rule "${rule}" failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** Most decisions that a policy remembers. */
const memoryLimit = 4_096;

/**
 * Puts compiled rules together. Rules that look at the reasons alone, as the default's do, are decided once for each set of reasons and
 * remembered: asking CEL again costs about 2 µs a rule.
 */
export function createPolicy(rules: readonly Rule[], otherwise: Verdict): Policy {
  const reads = new Set(rules.flatMap(({ condition }) => [...condition.reads]));
  const fallThrough: Decision = { verdict: otherwise, restrictions: [], rule: undefined };

  const firstMatch = (subject: PolicySubject): Decision => {
    const bindings = bind(subject);
    for (const { name, condition, verdict, restrictions } of rules) {
      let holds: boolean;
      try {
        holds = condition.holds(bindings);
      } catch (error) {
        throw new PolicyFailure(name, error);
      }
      if (holds) return { verdict, restrictions, rule: name };
    }
    return fallThrough;
  };

  const onlyReasons = [...reads].every((name) => name === "reasons");
  return { rules, otherwise, reads, decide: onlyReasons ? remembering(firstMatch) : firstMatch };
}

function remembering(decide: (subject: PolicySubject) => Decision): (subject: PolicySubject) => Decision {
  const known = new Map<string, Decision>();
  return (subject) => {
    const key = keyOf(subject.reasons);
    const remembered = known.get(key);
    if (remembered !== undefined) return remembered;
    const decision = decide(subject);
    if (known.size >= memoryLimit) known.clear();
    known.set(key, decision);
    return decision;
  };
}

const keyOf = (reasons: readonly ReasonName[]) => reasons.join();
