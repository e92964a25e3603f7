import { isMap, isSeq, LineCounter, type Node, parseDocument, visit, type YAMLMap } from "yaml";
import { PolicyError, type PolicyFault } from "./fault.js";
import { createPolicy, type Policy } from "./policy.js";
import { type PolicyCase, readCase } from "./policy-case.js";
import { readRules } from "./policy-rules.js";
import { knownKeys, nodeAt, type Report, readVerdict } from "./policy-yaml.js";

/** Longest policy file, in UTF-16 units. */
export const maxPolicyLength = 32_768;
const maxCases = 200;

/** A policy with its own test cases. */
export interface PolicyFile {
  readonly policy: Policy;
  readonly cases: readonly PolicyCase[];
}

/** Reads a policy file. Throws PolicyError with everything that is wrong with it. */
export function readPolicyFile(source: string): PolicyFile {
  const lines = new LineCounter();
  const faults: PolicyFault[] = [];
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  if (source.length > maxPolicyLength) {
    const message = `a policy file must have at most ${maxPolicyLength} characters`;
    throw new PolicyError([{ field: "", line: 1, column: 1, message }]);
  }
  const document = parseDocument(source, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: true,
    schema: "core",
  });
  const broken = document.errors.map(({ pos, message }) => ({ field: "", ...at(pos[0]), message }));
  if (broken.length > 0) throw new PolicyError(broken);

  const report: Report = (node, field, message, offset) =>
    void faults.push({ field, ...at(offset ?? node?.range?.[0] ?? 0), message });
  const fail = (): never => {
    throw new PolicyError(faults.sort((a, b) => a.line - b.line || a.column - b.column));
  };

  visit(document, {
    Alias: (_, node) => report(node, "", "aliases are not offered; write the value out"),
  });
  if (faults.length > 0) return fail();

  const top = document.contents;
  if (!isMap(top)) {
    report(top ?? undefined, "", "a policy file is a map with the keys: rules, otherwise, tests");
    return fail();
  }
  knownKeys(top, "", ["rules", "otherwise", "tests"], report);
  const rules = readRules(top, source, report);
  const otherwise = readVerdict(top.get("otherwise", true), "otherwise", report) ?? "allow";
  if (otherwise === "restrict" || otherwise === "challenge_and_restrict") {
    report(nodeAt(top, "otherwise"), "otherwise", `"${otherwise}" needs a rule that names its restrictions`);
  }
  const cases = readCases(top, new Set(rules.map(({ name }) => name)), report);
  if (faults.length > 0) return fail();
  return { policy: createPolicy(rules, otherwise), cases };
}

function readCases(top: YAMLMap, ruleNames: ReadonlySet<string>, report: Report): readonly PolicyCase[] {
  const node = nodeAt(top, "tests");
  if (node === undefined) return [];
  if (!isSeq(node)) {
    report(node, "tests", "must be a list of test cases");
    return [];
  }
  if (node.items.length > maxCases) report(node, "tests", `must have at most ${maxCases} test cases`);
  return node.items
    .slice(0, maxCases)
    .map((item, index) => readCase(item as Node, `tests[${index}]`, index + 1, ruleNames, report))
    .filter((read) => read !== undefined);
}
