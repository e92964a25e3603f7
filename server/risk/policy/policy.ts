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

/** Most sets of reasons that a policy remembers. */
const memoryLimit = 4_096;

/** What is left to ask of an attempt with certain reasons. */
interface Left {
  /** Rules that look at more than the reasons, and those that fail, in their order. */
  readonly open: readonly Rule[];
  /** What follows from the reasons alone when none of them holds. */
  readonly settled: Decision;
}

/**
 * Puts compiled rules together. What rules that look at the reasons alone say, as nearly all of the default's do, is asked once for each set of
 * reasons and remembered: asking CEL again costs about 2 µs a rule.
 */
export function createPolicy(rules: readonly Rule[], otherwise: Verdict): Policy {
  const reads = new Set(rules.flatMap(({ condition }) => [...condition.reads]));
  const fallThrough: Decision = { verdict: otherwise, restrictions: [], rule: undefined };
  const decisions = new Map(
    rules.map((rule) => [
      rule,
      { verdict: rule.verdict, restrictions: rule.restrictions, rule: rule.name } satisfies Decision,
    ]),
  );
  const decided = (rule: Rule): Decision => decisions.get(rule) ?? fallThrough;
  const known = new Map<string, Left>();

  const leftOf = (subject: PolicySubject): Left => {
    const key = keyOf(subject.reasons);
    const remembered = known.get(key);
    if (remembered !== undefined) return remembered;
    const open: Rule[] = [];
    let settled = fallThrough;
    for (const rule of rules) {
      const answer = readsReasonsAlone(rule) ? answerOf(rule, subject) : undefined;
      if (answer === undefined) open.push(rule);
      else if (answer) {
        settled = decided(rule);
        break;
      }
    }
    if (known.size >= memoryLimit) known.clear();
    const left = { open, settled };
    known.set(key, left);
    return left;
  };

  return {
    rules,
    otherwise,
    reads,
    decide(subject) {
      const { open, settled } = leftOf(subject);
      if (open.length === 0) return settled;
      const bindings = bind(subject);
      const first = open.find((rule) => holds(rule, bindings));
      return first === undefined ? settled : decided(first);
    },
  };
}

const readsReasonsAlone = ({ condition }: Rule): boolean =>
  [...condition.reads].every((name) => name === "reasons");

/** Undefined where the rule fails: it is to do so when its turn comes, and not before. */
function answerOf(rule: Rule, subject: PolicySubject): boolean | undefined {
  try {
    return holds(rule, bind(subject));
  } catch {
    return undefined;
  }
}

function holds({ name, condition }: Rule, bindings: Parameters<Condition["holds"]>[0]): boolean {
  try {
    return condition.holds(bindings);
  } catch (error) {
    throw new PolicyFailure(name, error);
  }
}

const keyOf = (reasons: readonly ReasonName[]) => reasons.join();
