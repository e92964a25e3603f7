import type { DescMessage } from "@bufbuild/protobuf";
import { type AppError, type FieldViolation, invalidFields } from "../errors.js";

/**
 * `invalid_field` where a message in the JSON of Protocol Buffers names a word that its enum does not have; undefined where it does not. The library,
 * which ignores fields that it does not know, ignores these, too: a failed login that is told in another spelling would count as a right one, and be
 * learnt. Says nothing of what is no JSON or no object.
 */
export function enumWordFault(schema: DescMessage, json: string): AppError | undefined {
  const violations: FieldViolation[] = [];
  const object = parsed(json);
  for (const field of schema.fields) {
    if (field.fieldKind !== "enum") continue;
    const words = field.enum.values.map(({ name }) => name);
    const isUnknown = (value: unknown) => typeof value === "string" && !words.includes(value);
    if (!isUnknown(object[field.jsonName]) && !isUnknown(object[field.name])) continue;
    const known = field.enum.values.flatMap(({ name, number }) => (number === 0 ? [] : [name]));
    violations.push({ field: field.name, description: `must be one of: ${known.join(", ")}` });
  }
  return violations.length === 0 ? undefined : invalidFields(violations);
}

function parsed(json: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(json));
  } catch {
    return {};
  }
}
