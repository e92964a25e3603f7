/** What is wrong with a condition, and where: an offset into its text, in UTF-16 units. */
export class ConditionError extends Error {
  override readonly name = "ConditionError";

  constructor(
    message: string,
    readonly offset: number,
  ) {
    super(message);
  }
}

/** One thing that is wrong with a policy file. */
export interface PolicyFault {
  /** Path of the entry, such as `rules[2].when`. */
  readonly field: string;
  /** Line in the file, from 1. */
  readonly line: number;
  /** Column in the file, from 1. */
  readonly column: number;
  /** What is wrong and what was expected; names the rule where there is one. */
  readonly message: string;
}

/** A policy file that cannot be taken, with all that is wrong with it. */
export class PolicyError extends Error {
  override readonly name = "PolicyError";

  constructor(readonly faults: readonly PolicyFault[]) {
    super(faults.map(({ line, column, message }) => `line ${line}, column ${column}: ${message}`).join("\n"));
  }
}

/** The nearest of `words` to a misspelt one, as the end of a sentence; empty where none is near. */
export function didYouMean(word: string, words: Iterable<string>): string {
  let best: string | undefined;
  let least = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of words) {
    const edits = distance(word, candidate, least);
    if (edits < least) [best, least] = [candidate, edits];
  }
  return best === undefined ? "" : `; did you mean "${best}"?`;
}

/** Levenshtein distance, given up at `limit`. */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? limit;
}
