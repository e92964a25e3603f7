import { type CelFunc, type CelType, celEnv, type parse } from "@bufbuild/cel";
import { dyn, list, map, type Type } from "./types.js";

/** A parsed condition. */
export type Parsed = ReturnType<typeof parse>;
/** A node of its tree. */
export type Expr = Parsed["expr"];

/** The functions that conditions may call: CEL's standard ones. */
export const environment = celEnv();

/** One way to call a function. */
export interface Signature {
  readonly target: Type | undefined;
  readonly parameters: readonly Type[];
  readonly result: Type;
}

const scalars: Readonly<Record<string, Type>> = {
  int: { kind: "int" },
  uint: { kind: "uint" },
  double: { kind: "double" },
  bool: { kind: "bool" },
  string: { kind: "string" },
  bytes: { kind: "bytes" },
  null_type: { kind: "null" },
  type: { kind: "type" },
  "google.protobuf.Timestamp": { kind: "timestamp" },
  "google.protobuf.Duration": { kind: "duration" },
};

function typeOf(type: CelType): Type {
  if (type.kind === "list") return list(dyn);
  if (type.kind === "map") return map(dyn, dyn);
  return scalars[type.name] ?? dyn;
}

const signatureOf = (func: CelFunc): Signature => ({
  target: func.target === undefined ? undefined : typeOf(func.target),
  parameters: func.arguments.map(typeOf),
  result: typeOf(func.result),
});

/** How functions and operators may be called, by name. */
export const signatures: ReadonlyMap<string, readonly Signature[]> = (() => {
  const byName = new Map<string, Signature[]>();
  for (const func of environment.funcs) {
    const known = byName.get(func.name);
    if (known === undefined) byName.set(func.name, [signatureOf(func)]);
    else known.push(signatureOf(func));
  }
  return byName;
})();

/** A function's name as a condition writes it: `_+_` is `+`. */
export function shownFunction(name: string): string {
  return name.startsWith("@") ? name.slice(1) : /^[a-zA-Z]/.test(name) ? name : name.replaceAll("_", "");
}
