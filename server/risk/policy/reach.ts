import { isCelError, plan } from "@bufbuild/cel";
import type { Condition } from "./condition.js";
import { type Expr, environment } from "./environment.js";

/** A condition as its logic alone: and, or, not over atoms that are told apart by their text. */
type Formula =
  | { readonly kind: "constant"; readonly value: boolean }
  | { readonly kind: "atom"; readonly text: string }
  | { readonly kind: "not"; readonly of: Formula }
  | { readonly kind: "and" | "or"; readonly parts: readonly Formula[] };

/** How many formulas the search may look at for one policy, a fraction of a second's worth; beyond it rules are taken to be reachable. */
const searchLimit = 200_000;

/** Why a rule can never be reached. */
export type Unreachable =
  | { readonly because: "contradiction" }
  /** Each attempt that it would match is matched by one of these rules (indexes) before. */
  | { readonly because: "covered"; readonly by: readonly number[] };

/**
 * Which conditions can never be the first to hold. Sound, not complete: comparisons are taken as independent of each other, so what it
 * reports is certain, and `score > 0.5` after `score > 0.3` is not reported.
 */
export function unreachable(conditions: readonly Condition[]): ReadonlyMap<number, Unreachable> {
  const formulas = conditions.map(({ tree }) => formulaOf(tree));
  const found = new Map<number, Unreachable>();
  const budget = { looks: searchLimit };
  for (const [index, formula] of formulas.entries()) {
    const before = formulas.slice(0, index);
    if (!satisfiable([formula], budget)) found.set(index, { because: "contradiction" });
    else {
      const single = before.findIndex(
        (earlier) => !satisfiable([formula, { kind: "not", of: earlier }], budget),
      );
      if (single >= 0) found.set(index, { because: "covered", by: [single] });
      else if (!satisfiable([formula, ...before.map((of) => ({ kind: "not", of }) as const)], budget))
        found.set(index, { because: "covered", by: before.map((_, earlier) => earlier) });
    }
  }
  return found;
}

function formulaOf(tree: Expr): Formula {
  const { exprKind } = tree;
  if (exprKind.case === "callExpr") {
    const { args } = exprKind.value;
    const parts = () => args.map((part) => formulaOf(part));
    switch (exprKind.value.function) {
      case "_&&_":
        return { kind: "and", parts: parts() };
      case "_||_":
        return { kind: "or", parts: parts() };
      case "!_": {
        const [of] = parts();
        if (of !== undefined) return { kind: "not", of };
      }
    }
  }
  if (!readsNames(tree)) {
    const value = plan(environment, tree)();
    if (!isCelError(value) && typeof value === "boolean") return { kind: "constant", value };
  }
  return { kind: "atom", text: textOf(tree) };
}

/** Equal for expressions that differ only in white space, parentheses and comments. */
function textOf(tree: Expr): string {
  return JSON.stringify(tree, (key, value) =>
    key === "id" ? undefined : typeof value === "bigint" ? String(value) : value,
  );
}

function readsNames({ exprKind }: Expr): boolean {
  switch (exprKind.case) {
    case "constExpr":
      return false;
    case "callExpr": {
      const { target, args } = exprKind.value;
      return (target !== undefined && readsNames(target)) || args.some(readsNames);
    }
    case "listExpr":
      return exprKind.value.elements.some(readsNames);
    default:
      return true;
  }
}

/** Truth in three values: undefined where an atom that matters is not settled yet. */
function truth(formula: Formula, settled: ReadonlyMap<string, boolean>): boolean | undefined {
  switch (formula.kind) {
    case "constant":
      return formula.value;
    case "atom":
      return settled.get(formula.text);
    case "not": {
      const of = truth(formula.of, settled);
      return of === undefined ? undefined : !of;
    }
    default: {
      const decisive = formula.kind === "or";
      let open = false;
      for (const part of formula.parts) {
        const value = truth(part, settled);
        if (value === decisive) return decisive;
        if (value === undefined) open = true;
      }
      return open ? undefined : !decisive;
    }
  }
}

function atomsOf(formula: Formula, into: Set<string>): Set<string> {
  if (formula.kind === "atom") into.add(formula.text);
  else if (formula.kind === "not") atomsOf(formula.of, into);
  else if (formula.kind !== "constant") for (const part of formula.parts) atomsOf(part, into);
  return into;
}

/** Whether all formulas can be true at once; true also when the search was given up. */
function satisfiable(formulas: readonly Formula[], budget: { looks: number }): boolean {
  const atoms = new Set<string>();
  for (const formula of formulas) atomsOf(formula, atoms);
  const order = [...atoms];
  const settled = new Map<string, boolean>();
  const search = (next: number): boolean => {
    budget.looks -= formulas.length;
    if (budget.looks < 0) return true;
    let open = false;
    for (const formula of formulas) {
      const value = truth(formula, settled);
      if (value === false) return false;
      if (value === undefined) open = true;
    }
    const atom = order[next];
    if (!open || atom === undefined) return true;
    for (const value of [true, false]) {
      settled.set(atom, value);
      if (search(next + 1)) return true;
    }
    settled.delete(atom);
    return false;
  };
  return search(0);
}
