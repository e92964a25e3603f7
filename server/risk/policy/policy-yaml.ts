import { isScalar, type Node, type YAMLMap } from "yaml";
import { type Verdict, verdicts } from "../words.js";
import { didYouMean } from "./fault.js";

/** Reports a fault at a node, or at an offset into the file where one is given. */
export type Report = (node: Node | undefined, field: string, message: string, offset?: number) => void;

/** The value of a key with its place. */
export function nodeAt(map: YAMLMap, key: string): Node | undefined {
  return map.get(key, true) as Node | undefined;
}

/** Reports keys that mean nothing here. */
export function knownKeys(map: YAMLMap, field: string, known: readonly string[], report: Report): void {
  for (const { key } of map.items) {
    const name = isScalar(key) ? String(key.value) : "";
    if (!known.includes(name)) {
      const path = field === "" ? name : `${field}.${name}`;
      report(
        key as Node,
        path,
        `unknown key "${name}"${didYouMean(name, known)}; known keys: ${known.join(", ")}`,
      );
    }
  }
}

/** Reads a verdict; undefined, and reported, where there is another word. */
export function readVerdict(node: unknown, field: string, report: Report): Verdict | undefined {
  if (node === undefined) return undefined;
  const word = isScalar(node) ? node.value : undefined;
  const verdict = verdicts.find((candidate) => candidate === word);
  if (verdict === undefined) report(node as Node, field, `must be one of: ${verdicts.join(", ")}`);
  return verdict;
}
