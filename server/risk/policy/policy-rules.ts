import { isMap, isScalar, isSeq, type Node, type YAMLMap } from "yaml";
import type { Verdict } from "../words.js";
import { compileCondition } from "./condition.js";
import { ConditionError } from "./fault.js";
import type { Rule } from "./policy.js";
import { knownKeys, nodeAt, type Report, readVerdict } from "./policy-yaml.js";
import { unreachable } from "./reach.js";
import { offsetInSource } from "./source-map.js";

const maxRules = 100;
const maxRestrictions = 20;

/** Reads the rules of a policy file; what cannot be read is reported and left out. */
export function readRules(top: YAMLMap, source: string, report: Report): readonly Rule[] {
  const node = nodeAt(top, "rules");
  if (node === undefined || !isSeq(node)) {
    report(node ?? top, "rules", "must be a list of rules");
    return [];
  }
  if (node.items.length > maxRules) report(node, "rules", `must have at most ${maxRules} rules`);
  const names = new Map<string, number>();
  const read: { readonly rule: Rule; readonly number: number; readonly when: Node | undefined }[] = [];
  for (const [index, item] of node.items.slice(0, maxRules).entries()) {
    const number = index + 1;
    if (!isMap(item)) {
      report(
        item as Node,
        `rules[${index}]`,
        `rule ${number} must be a map with: name, when, verdict, restrictions`,
      );
      continue;
    }
    const rule = readRule(item, index, source, report);
    if (rule === undefined) continue;
    const twin = names.get(rule.name);
    if (twin !== undefined)
      report(
        nodeAt(item, "name") ?? item,
        `rules[${index}].name`,
        `rule ${number} has the name of rule ${twin}`,
      );
    names.set(rule.name, number);
    read.push({ rule, number, when: nodeAt(item, "when") });
  }
  reportUnreachable(read, report);
  return read.map(({ rule }) => rule);
}

function reportUnreachable(
  read: readonly { readonly rule: Rule; readonly number: number; readonly when: Node | undefined }[],
  report: Report,
): void {
  for (const [index, why] of unreachable(read.map(({ rule }) => rule.condition))) {
    const entry = read[index];
    if (entry === undefined) continue;
    const { rule, number, when } = entry;
    const covering = why.because === "covered" ? why.by.map((by) => read[by]?.number) : [];
    const because =
      why.because === "contradiction"
        ? "its condition can never hold"
        : covering.length === 1
          ? `rule ${covering[0]} already matches whenever it would`
          : "the rules before it together already match whenever it would";
    report(
      when,
      `rules[${number - 1}].when`,
      `rule ${number} "${rule.name}" can never be reached: ${because}`,
    );
  }
}

function readRule(item: YAMLMap, index: number, source: string, report: Report): Rule | undefined {
  const field = `rules[${index}]`;
  knownKeys(item, field, ["name", "when", "verdict", "restrictions"], report);
  const name = item.has("name") ? item.get("name") : `rule_${index + 1}`;
  if (typeof name !== "string" || !/^[a-z][a-z0-9_]{0,63}$/.test(name)) {
    report(
      nodeAt(item, "name"),
      `${field}.name`,
      "must be 1 to 64 characters of a-z, 0-9 and _, a letter first",
    );
    return undefined;
  }
  const label = `rule ${index + 1} "${name}"`;
  const verdict = readVerdict(nodeAt(item, "verdict"), `${field}.verdict`, report);
  if (!item.has("verdict")) report(item, `${field}.verdict`, `${label} has no verdict`);
  const restrictions = readRestrictions(item, field, label, verdict, report);
  const node = nodeAt(item, "when");
  // A bare `when: true` is YAML's true; as a condition it means the same.
  const value = isScalar(node) ? node.value : undefined;
  const when = typeof value === "boolean" ? String(value) : value;
  if (typeof when !== "string") {
    report(node ?? item, `${field}.when`, `${label} needs a condition in "when", as text`);
    return undefined;
  }
  try {
    const condition = compileCondition(when);
    return verdict === undefined ? undefined : { name, when: when.trim(), condition, verdict, restrictions };
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error;
    const range = node?.range ?? [0, 0, 0];
    const offset = offsetInSource(source, range[0], range[1], when, error.offset);
    report(node, `${field}.when`, `${label}: the condition ${sentence(error.message)}`, offset);
    return undefined;
  }
}

/** Messages that start with a verb continue the sentence, the others stand for themselves. */
function sentence(message: string): string {
  return /^(is|must|ends|cannot|has) /.test(message) ? message : `is wrong: ${message}`;
}

function readRestrictions(
  item: YAMLMap,
  field: string,
  label: string,
  verdict: Verdict | undefined,
  report: Report,
): readonly string[] {
  const node = nodeAt(item, "restrictions");
  const restricts = verdict === "restrict" || verdict === "challenge_and_restrict";
  const path = `${field}.restrictions`;
  if (node === undefined) {
    if (restricts) report(item, path, `${label} must name what "${verdict}" withholds, such as [payout]`);
    return [];
  }
  if (!restricts && verdict !== undefined) report(node, path, `${label}: "${verdict}" withholds nothing`);
  const words = isSeq(node) ? node.items.map((entry) => (isScalar(entry) ? entry.value : undefined)) : [];
  const sound = words.filter(
    (word): word is string => typeof word === "string" && /^[a-z][a-z0-9_.-]{0,63}$/.test(word),
  );
  if (
    words.length === 0 ||
    words.length > maxRestrictions ||
    sound.length < words.length ||
    new Set(sound).size < sound.length
  ) {
    report(
      node,
      path,
      `${label}: restrictions are 1 to ${maxRestrictions} different words of a-z, 0-9, _, . and -, a letter first`,
    );
  }
  return sound;
}
