import { type CelInput, isCelError, parse, plan } from "@bufbuild/cel";
import { check } from "./check.js";
import { type Expr, environment, type Parsed } from "./environment.js";
import { ConditionError } from "./fault.js";
import { shownType } from "./types.js";
import { variableTypes } from "./variables.js";

/** A condition, parsed, checked and ready to be asked. */
export interface Condition {
  /** The expression as its tree, for what can be said about it without asking. */
  readonly tree: Expr;
  /** The variables that it reads. */
  readonly reads: ReadonlySet<string>;
  /** Whether it holds. Throws where CEL cannot tell: a missing key, a number out of range. */
  holds(bindings: Readonly<Record<string, CelInput>>): boolean;
}

/** Longest condition, in UTF-16 units. */
export const maxConditionLength = 2_000;
/** Deepest nesting of brackets; a person reads far less, and the parser's stack takes far more. */
const maxBrackets = 50;

/** Parses and checks a condition. Throws ConditionError. */
export function compileCondition(source: string): Condition {
  const parsed = parseCondition(source);
  const { type, reads } = check(source, parsed, variableTypes);
  if (type.kind === "dyn") {
    throw new ConditionError("is any value; compare it, such as: metadata.vip == true", 0);
  }
  if (type.kind !== "bool") throw new ConditionError(`must be true or false, not ${shownType(type)}`, 0);
  const evaluate = plan(environment, parsed.expr);
  return {
    tree: parsed.expr,
    reads,
    holds(bindings) {
      const result = evaluate(bindings);
      if (isCelError(result)) throw result;
      if (typeof result !== "boolean") throw new Error("the condition was neither true nor false");
      return result;
    },
  };
}

function parseCondition(source: string): Parsed {
  if (source.trim() === "") throw new ConditionError("is empty", 0);
  if (source.length > maxConditionLength) {
    throw new ConditionError(`must have at most ${maxConditionLength} characters`, maxConditionLength);
  }
  const deep = tooDeepAt(source);
  if (deep !== undefined) throw new ConditionError(`must not nest brackets deeper than ${maxBrackets}`, deep);
  try {
    return parse(source);
  } catch (error) {
    throw new ConditionError(syntaxFault(error), syntaxOffset(error));
  }
}

function tooDeepAt(source: string): number | undefined {
  let depth = 0;
  for (let at = 0; at < source.length; at++) {
    const character = source.charAt(at);
    if ("([{".includes(character)) depth++;
    else if (")]}".includes(character)) depth--;
    if (depth > maxBrackets) return at;
  }
  return undefined;
}

function syntaxOffset(error: unknown): number {
  if (!(error instanceof Error) || !("location" in error)) return 0;
  const { location } = error as { location?: { start?: { offset?: unknown } } };
  return typeof location?.start?.offset === "number" ? location.start.offset : 0;
}

/** What the parser says, without the long list of what else could stand there. */
function syntaxFault(error: unknown): string {
  const found = error instanceof Error ? /found (.+?) but expecting/s.exec(error.message)?.[1] : undefined;
  if (found === undefined) return "cannot be read: it is nested too deeply, or a string holds a wrong escape";
  return found === "end of input" ? "ends too early" : `cannot be read from here: ${found} is not expected`;
}
