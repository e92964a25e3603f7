import { isMap, type Node, type YAMLMap } from "yaml";
import { type ReasonName, reasonNames, type Verdict } from "../words.js";
import { didYouMean } from "./fault.js";
import { type Policy, PolicyFailure } from "./policy.js";
import { type Given, subjectOf } from "./policy-given.js";
import { knownKeys, nodeAt, type Report, readVerdict } from "./policy-yaml.js";
import { listedKinds, traitStates } from "./subject.js";

/** One test case of a policy file: what is given, and what must come of it. */
export interface PolicyCase {
  /** From 1. */
  readonly number: number;
  readonly name: string;
  readonly given: Given;
  readonly verdict: Verdict;
  /** The rule that must match; `none`: no rule may match; undefined: any. */
  readonly rule: string | undefined;
  readonly restrictions: readonly string[] | undefined;
}

/** How a test case went. */
export interface CaseResult {
  readonly number: number;
  readonly name: string;
  readonly passed: boolean;
  /** What was expected and what came, where it did not pass; else empty. */
  readonly message: string;
}

/** Reads one test case; undefined, and reported, where it cannot be read. */
export function readCase(
  node: Node,
  field: string,
  number: number,
  ruleNames: ReadonlySet<string>,
  report: Report,
): PolicyCase | undefined {
  if (!isMap(node)) {
    report(node, field, `test ${number} must be a map with: name, given, expect`);
    return undefined;
  }
  knownKeys(node, field, ["name", "given", "expect"], report);
  const name = node.has("name") ? String(node.get("name")) : `test ${number}`;
  const expect = nodeAt(node, "expect");
  if (!isMap(expect)) {
    report(
      expect ?? node,
      `${field}.expect`,
      `test ${number} must say what to expect, such as { verdict: allow }`,
    );
    return undefined;
  }
  knownKeys(expect, `${field}.expect`, ["verdict", "rule", "restrictions"], report);
  const verdict = readVerdict(nodeAt(expect, "verdict"), `${field}.expect.verdict`, report);
  if (!expect.has("verdict")) report(expect, `${field}.expect`, `test ${number} must expect a verdict`);
  const rule = readRule(expect, `${field}.expect.rule`, ruleNames, report);
  const given = readGiven(nodeAt(node, "given"), `${field}.given`, report);
  if (verdict === undefined || given === undefined) return undefined;
  const restrictions = expect.has("restrictions") ? plain(nodeAt(expect, "restrictions")) : undefined;
  return {
    number,
    name,
    given,
    verdict,
    rule,
    restrictions: Array.isArray(restrictions) ? restrictions.map(String) : undefined,
  };
}

/** A node as plain data. */
function plain(node: Node | undefined): unknown {
  return node?.toJSON();
}

function readRule(
  expect: YAMLMap,
  field: string,
  ruleNames: ReadonlySet<string>,
  report: Report,
): string | undefined {
  if (!expect.has("rule")) return undefined;
  const rule = String(expect.get("rule"));
  if (rule !== "none" && !ruleNames.has(rule))
    report(nodeAt(expect, "rule"), field, `there is no rule "${rule}"${didYouMean(rule, ruleNames)}`);
  return rule;
}

function readGiven(node: Node | undefined, field: string, report: Report): Given | undefined {
  if (node === undefined) return {};
  if (!isMap(node)) {
    report(node, field, "must be a map of variables and their values");
    return undefined;
  }
  let sound = true;
  const given: Record<string, unknown> = {};
  for (const { key, value } of node.items) {
    const name = String(key);
    const at = `${field}.${name}`;
    const shape = shapes[name as keyof typeof shapes];
    if (!Object.hasOwn(shapes, name) || shape === undefined) {
      report(key as Node, at, `unknown variable "${name}"${didYouMean(name, Object.keys(shapes))}`);
      sound = false;
      continue;
    }
    given[name] = plain((value ?? undefined) as Node | undefined);
    const fault = shape(given[name]);
    if (fault !== undefined) {
      report((value ?? key) as Node, at, fault);
      sound = false;
    }
  }
  return sound ? (given as Given) : undefined;
}

type Shape = (value: unknown) => string | undefined;

const text: Shape = (value) => (typeof value === "string" ? undefined : "must be text");
const number: Shape = (value) => (typeof value === "number" ? undefined : "must be a number");
const object: Shape = (value) =>
  value !== null && typeof value === "object" && !Array.isArray(value) ? undefined : "must be a map";
const instant: Shape = (value) =>
  typeof value === "string" && !Number.isNaN(Date.parse(value))
    ? undefined
    : "must be an instant such as 2026-01-31T09:30:00Z";
const isReason = (value: unknown): value is ReasonName => reasonNames.some((name) => name === value);
const reasonFault = (value: unknown) =>
  isReason(value) ? undefined : `unknown reason "${value}"${didYouMean(String(value), reasonNames)}`;

/** The first fault among the entries of a map. */
function entriesFault(
  value: unknown,
  faultOf: (key: string, inner: unknown) => string | undefined,
): string | undefined {
  return (
    object(value) ??
    Object.entries(Object(value))
      .map(([key, inner]) => faultOf(key, inner))
      .find((fault) => fault !== undefined)
  );
}

function trait(...more: readonly string[]): Shape {
  const known = ["state", "seen_count", ...more];
  return (value) =>
    entriesFault(value, (key, inner) => {
      if (!known.includes(key)) return `there is no "${key}" here${didYouMean(key, known)}`;
      if (key === "state" && !traitStates.some((state) => state === inner))
        return `"state" must be one of: ${traitStates.join(", ")}`;
      return (key === "seen_count" || key === "confidence") && typeof inner !== "number"
        ? `"${key}" must be a number`
        : undefined;
    });
}

const shapes = {
  reasons: (value) =>
    Array.isArray(value)
      ? value.map(reasonFault).find((fault) => fault !== undefined)
      : "must be a list of reasons",
  signals: (value) =>
    object(value) ??
    Object.keys(Object(value))
      .map(reasonFault)
      .find((fault) => fault !== undefined),
  score: number,
  action: text,
  outcome: (value) =>
    value === "succeeded" || value === "failed" ? undefined : "must be succeeded or failed",
  user: text,
  email_domain: text,
  ip: text,
  country: text,
  asn: number,
  device: trait("id", "confidence"),
  address: trait(),
  network: trait("name"),
  lists: (value) =>
    entriesFault(value, (name, kinds) => {
      if (name !== "allow" && name !== "deny" && name !== "watch") return `there is no list "${name}"`;
      const known = Array.isArray(kinds) && kinds.every((kind) => listedKinds.some((word) => word === kind));
      return known ? undefined : `"${name}" must be a list of: ${listedKinds.join(", ")}`;
    }),
  metadata: object,
  now: instant,
} as const satisfies Record<string, Shape>;

/** Runs a policy's test cases. */
export function runCases(policy: Policy, cases: readonly PolicyCase[]): readonly CaseResult[] {
  return cases.map(({ number, name, given, verdict, rule, restrictions }) => {
    const result = (message: string) => ({ number, name, passed: message === "", message });
    try {
      const decision = policy.decide(subjectOf(given));
      const by = decision.rule ?? "none";
      if (decision.verdict !== verdict)
        return result(
          `expected ${verdict}, got ${decision.verdict} from ${by === "none" ? "no rule" : `rule "${by}"`}`,
        );
      if (rule !== undefined && rule !== by) return result(`expected rule "${rule}", got "${by}"`);
      if (
        restrictions !== undefined &&
        [...restrictions].sort().join() !== [...decision.restrictions].sort().join()
      )
        return result(
          `expected restrictions [${restrictions.join(", ")}], got [${decision.restrictions.join(", ")}]`,
        );
      return result("");
    } catch (error) {
      if (!(error instanceof PolicyFailure)) throw error;
      return result(error.message);
    }
  });
}
