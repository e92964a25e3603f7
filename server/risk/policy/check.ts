import { type Expr, type Parsed, shownFunction, signatures } from "./environment.js";
import { ConditionError, didYouMean } from "./fault.js";
import { bool, comparable, dyn, fits, int, joined, list, map, shownType, type Type, text } from "./types.js";

/** What the check of a condition found out. */
export interface Checked {
  readonly type: Type;
  /** The variables that it reads. */
  readonly reads: ReadonlySet<string>;
}

type CallOf = Extract<Expr["exprKind"], { case: "callExpr" }>["value"];
type SelectOf = Extract<Expr["exprKind"], { case: "selectExpr" }>["value"];
type ComprehensionOf = Extract<Expr["exprKind"], { case: "comprehensionExpr" }>["value"];

/**
 * Checks a condition's names and types against the declared variables. CEL's own checker in this package knows constants and names only;
 * this one works on the same tree and the same functions. Throws ConditionError at the first thing that is wrong.
 */
export function check(
  source: string,
  { expr, sourceInfo }: Parsed,
  variables: Readonly<Record<string, Type>>,
): Checked {
  const reads = new Set<string>();
  const fail = (node: Expr, message: string): never => {
    let offset = sourceInfo?.positions[String(node.id)] ?? 0;
    // The parser counts the white space before an operator to it.
    while (/\s/.test(source.charAt(offset))) offset++;
    throw new ConditionError(message, offset);
  };
  return { type: typeOf(expr, new Map(), false), reads };

  function typeOf(node: Expr | undefined, scope: ReadonlyMap<string, Type>, inLoop: boolean): Type {
    const visit = (inner: Expr | undefined) => typeOf(inner, scope, inLoop);
    if (node === undefined) throw new ConditionError("is incomplete", 0);
    const { exprKind } = node;
    switch (exprKind.case) {
      case "constExpr":
        return constantType(exprKind.value.constantKind.case);
      case "identExpr":
        return nameType(node, exprKind.value.name, scope);
      case "selectExpr":
        return selectType(node, exprKind.value, visit(exprKind.value.operand));
      case "callExpr":
        return callType(node, exprKind.value, visit);
      case "listExpr": {
        const [first, ...others] = exprKind.value.elements.map(visit);
        return list(others.reduce(joined, first ?? dyn));
      }
      case "structExpr": {
        if (exprKind.value.messageName !== "") return fail(node, "messages cannot be made here");
        for (const entry of exprKind.value.entries) {
          if (entry.keyKind.case === "mapKey") visit(entry.keyKind.value);
          visit(entry.value);
        }
        return map(dyn, dyn);
      }
      case "comprehensionExpr":
        return loopType(node, exprKind.value, scope, inLoop);
      default:
        return fail(node, "is incomplete");
    }
  }

  function nameType(node: Expr, name: string, scope: ReadonlyMap<string, Type>): Type {
    const local = scope.get(name);
    if (local !== undefined) return local;
    if (!Object.hasOwn(variables, name)) {
      return fail(node, `unknown variable "${name}"${didYouMean(name, Object.keys(variables))}`);
    }
    reads.add(name);
    return variables[name] ?? dyn;
  }

  function selectType(node: Expr, { field, testOnly }: SelectOf, operand: Type): Type {
    const found = fieldType(node, operand, field);
    return testOnly ? bool : found;
  }

  function fieldType(node: Expr, operand: Type, field: string): Type {
    switch (operand.kind) {
      case "dyn":
        return dyn;
      case "record":
        return Object.hasOwn(operand.fields, field)
          ? (operand.fields[field] ?? dyn)
          : fail(node, `there is no "${field}" here${didYouMean(field, Object.keys(operand.fields))}`);
      case "map":
        mustBeWord(node, operand.key, field);
        return operand.value;
      default:
        return fail(node, `"${field}" cannot be read from ${shownType(operand)}`);
    }
  }

  function callType(node: Expr, call: CallOf, visit: (inner: Expr | undefined) => Type): Type {
    const target = call.target === undefined ? undefined : visit(call.target);
    const types = call.args.map(visit);
    const [first = dyn, second = dyn, third = dyn] = types;
    switch (call.function) {
      case "_[_]":
        return indexType(node, call, first, second);
      case "_?_:_":
        if (!fits(first, bool)) fail(node, `before ? there must be a condition, not ${shownType(first)}`);
        return joined(second, third);
      case "_&&_":
      case "_||_":
        for (const [index, type] of types.entries()) {
          if (!fits(type, bool))
            fail(
              call.args[index] ?? node,
              `${shownFunction(call.function)} joins conditions, not ${shownType(type)}`,
            );
        }
        return bool;
      case "@not_strictly_false":
        return bool;
      case "@in":
        return membershipType(node, call, first, second);
      case "_==_":
      case "_!=_":
        mustMeet(node, call, first, second);
        return bool;
      default:
        return overloadType(node, call.function, target, types);
    }
  }

  function overloadType(node: Expr, name: string, target: Type | undefined, types: readonly Type[]): Type {
    const known = signatures.get(name);
    if (known === undefined)
      return fail(node, `unknown function "${name}"${didYouMean(name, signatures.keys())}`);
    const matching = known.filter(
      (signature) =>
        (signature.target === undefined) === (target === undefined) &&
        (signature.target === undefined || target === undefined || fits(target, signature.target)) &&
        signature.parameters.length === types.length &&
        signature.parameters.every((parameter, index) => fits(types[index] ?? dyn, parameter)),
    );
    const [one, ...others] = matching;
    if (one === undefined) {
      const given = [...(target === undefined ? [] : [target]), ...types].map(shownType).join(" and ");
      return fail(node, `${shownFunction(name)} does not work with ${given === "" ? "nothing" : given}`);
    }
    return others.reduce((type, signature) => joined(type, signature.result), one.result);
  }

  function indexType(node: Expr, call: CallOf, operand: Type, index: Type): Type {
    const key = constantText(call.args[1]);
    if (operand.kind === "list") {
      return fits(index, int)
        ? operand.element
        : fail(node, `a list is indexed by int, not by ${shownType(index)}`);
    }
    if (key !== undefined) return fieldType(node, operand, key);
    if (operand.kind === "map" && !comparable(index, operand.key)) {
      return fail(node, `its keys are ${shownType(operand.key)}, not ${shownType(index)}`);
    }
    return operand.kind === "map" ? operand.value : dyn;
  }

  function membershipType(node: Expr, call: CallOf, item: Type, range: Type): Type {
    const known =
      range.kind === "list"
        ? range.element
        : range.kind === "map"
          ? range.key
          : range.kind === "record"
            ? text
            : range.kind === "dyn"
              ? dyn
              : fail(node, `"in" needs a list or a map on its right, not ${shownType(range)}`);
    if (!comparable(item, known)) fail(node, `${shownType(item)} is never in ${shownType(range)}`);
    mustBeWord(call.args[0] ?? node, known, constantText(call.args[0]));
    const elements = call.args[1]?.exprKind;
    if (elements?.case === "listExpr") {
      for (const element of elements.value.elements) mustBeWord(element, item, constantText(element));
    }
    return bool;
  }

  function mustMeet(node: Expr, call: CallOf, left: Type, right: Type): void {
    if (!comparable(left, right)) fail(node, `${shownType(left)} never equals ${shownType(right)}`);
    mustBeWord(call.args[0] ?? node, right, constantText(call.args[0]));
    mustBeWord(call.args[1] ?? node, left, constantText(call.args[1]));
  }

  function mustBeWord(node: Expr, type: Type, constant: string | undefined): void {
    if (constant === undefined || type.kind !== "string" || type.words === undefined) return;
    if (!type.words.has(constant))
      fail(node, `unknown word "${constant}"${didYouMean(constant, type.words)}`);
  }

  function loopType(
    node: Expr,
    loop: ComprehensionOf,
    scope: ReadonlyMap<string, Type>,
    inLoop: boolean,
  ): Type {
    if (inLoop) fail(node, "a loop inside a loop could take too long; use one loop only");
    if (loop.accuInit?.exprKind.case === "listExpr")
      fail(node, "map and filter are not offered; use exists, all or exists_one");
    const range = typeOf(loop.iterRange, scope, inLoop);
    const item =
      range.kind === "list"
        ? range.element
        : range.kind === "map"
          ? range.key
          : range.kind === "dyn"
            ? dyn
            : fail(node, `a loop needs a list or a map, not ${shownType(range)}`);
    const inner = new Map(scope);
    inner.set(loop.accuVar, typeOf(loop.accuInit, scope, inLoop));
    inner.set(loop.iterVar, item);
    typeOf(loop.loopCondition, inner, true);
    typeOf(loop.loopStep, inner, true);
    return typeOf(loop.result, inner, inLoop);
  }
}

function constantType(kind: string | undefined): Type {
  switch (kind) {
    case "stringValue":
      return text;
    case "int64Value":
      return int;
    case "uint64Value":
      return { kind: "uint" };
    case "doubleValue":
      return { kind: "double" };
    case "boolValue":
      return bool;
    case "bytesValue":
      return { kind: "bytes" };
    case "nullValue":
      return { kind: "null" };
    default:
      return dyn;
  }
}

function constantText(node: Expr | undefined): string | undefined {
  if (node?.exprKind.case !== "constExpr") return undefined;
  const { constantKind } = node.exprKind.value;
  return constantKind.case === "stringValue" ? constantKind.value : undefined;
}
