/** The type of an expression in a condition, as the checker sees it. */
export type Type =
  | {
      readonly kind:
        | "int"
        | "uint"
        | "double"
        | "bool"
        | "bytes"
        | "null"
        | "timestamp"
        | "duration"
        | "type"
        | "dyn";
    }
  /** With `words`, a constant that it is compared with must be one of them. */
  | { readonly kind: "string"; readonly words?: ReadonlySet<string> }
  | { readonly kind: "list"; readonly element: Type }
  /** Any key may be absent at run time. With `words` in its key, a constant key must be one of them. */
  | { readonly kind: "map"; readonly key: Type; readonly value: Type }
  /** A map whose keys are all known and always there. */
  | { readonly kind: "record"; readonly fields: Readonly<Record<string, Type>> };

export const int: Type = { kind: "int" };
export const double: Type = { kind: "double" };
export const bool: Type = { kind: "bool" };
export const text: Type = { kind: "string" };
export const timestamp: Type = { kind: "timestamp" };
export const dyn: Type = { kind: "dyn" };
export const list = (element: Type): Type => ({ kind: "list", element });
export const map = (key: Type, value: Type): Type => ({ kind: "map", key, value });
export const record = (fields: Readonly<Record<string, Type>>): Type => ({ kind: "record", fields });
export const wordOf = (words: readonly string[]): Type => ({ kind: "string", words: new Set(words) });

/** A type as people read it. */
export function shownType(type: Type): string {
  switch (type.kind) {
    case "list":
      return `list(${shownType(type.element)})`;
    case "map":
      return `map(${shownType(type.key)}, ${shownType(type.value)})`;
    case "record":
      return `record(${Object.keys(type.fields).join(", ")})`;
    case "dyn":
      return "any value";
    default:
      return type.kind;
  }
}

const numbers = new Set(["int", "uint", "double"]);

/** Whether two values of these types can ever be equal; numbers of all kinds compare by value. */
export function comparable(a: Type, b: Type): boolean {
  if (a.kind === "dyn" || b.kind === "dyn" || a.kind === "null" || b.kind === "null") return true;
  if (numbers.has(a.kind) && numbers.has(b.kind)) return true;
  if (a.kind === "list" && b.kind === "list") return comparable(a.element, b.element);
  const isMap = (type: Type) => type.kind === "map" || type.kind === "record";
  return a.kind === b.kind || (isMap(a) && isMap(b));
}

/** Whether a value of type `given` may stand where `wanted` is asked for. */
export function fits(given: Type, wanted: Type): boolean {
  if (given.kind === "dyn" || wanted.kind === "dyn") return true;
  if (wanted.kind === "map" && given.kind === "record") return true;
  if (wanted.kind === "list" && given.kind === "list") return fits(given.element, wanted.element);
  return given.kind === wanted.kind;
}

/** What both types have in common: the type itself where they are the same, else any value. */
export function joined(a: Type, b: Type): Type {
  if (a.kind === "list" && b.kind === "list") return list(joined(a.element, b.element));
  if (a.kind === "string" && b.kind === "string") return a.words === b.words ? a : text;
  return a.kind === b.kind && a.kind !== "map" && a.kind !== "record" ? a : dyn;
}
