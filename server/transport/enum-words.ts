import type { DescMessage } from "@bufbuild/protobuf";
import { type FieldViolation, invalidFields } from "../errors.js";

/**
 * Throws `invalid_field` where a message in the JSON of Protocol Buffers names a word that its enum does not have. The library, which ignores fields
 * that it does not know, ignores these, too: a failed login that is told in another spelling would count as a right one, and be learnt. Says nothing
 * of what is no JSON or no object.
 */
export function checkEnumWords(schema: DescMessage, json: string): void {
  const violations: FieldViolation[] = [];
  const object = parsed(json);
  for (const field of schema.fields) {
    if (field.fieldKind !== "enum") continue;
    const value = object[field.jsonName] ?? object[field.name];
    if (typeof value !== "string") continue;
    const words = field.enum.values.map(({ name }) => name);
    if (words.includes(value)) continue;
    const known = field.enum.values.flatMap(({ name, number }) => (number === 0 ? [] : [name]));
    violations.push({ field: field.name, description: `must be one of: ${known.join(", ")}` });
  }
  if (violations.length > 0) throw invalidFields(violations);
}

function parsed(json: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(json));
  } catch {
    return {};
  }
}
