import {
  create,
  type DescField,
  type DescMessage,
  getOption,
  type JsonObject,
  type JsonValue,
  type Message,
  ScalarType,
} from "@bufbuild/protobuf";
import { TimestampSchema } from "@bufbuild/protobuf/wkt";
import { limits } from "../../../gen/es/rupt/v2/options_pb.js";
import { type FieldViolation, invalidFields } from "../../errors.js";

/** Reads a message from REST JSON: snake_case names, short lower-case enum words, unknown names ignored. Throws `invalid_field` with every field of a wrong type. */
export type JsonReader = (object: Readonly<Record<string, unknown>>) => Message;

/** What a field cannot take; its message is the description of a violation. */
class Unreadable extends Error {}

type ReadValue = (value: unknown) => unknown;

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "an array" : typeof value === "object" ? "an object" : `a ${typeof value}`;
}

const readText: ReadValue = (value) => {
  if (typeof value !== "string") throw new Unreadable(`must be a string, not ${kindOf(value)}`);
  return value;
};

const readTruth: ReadValue = (value) => {
  if (typeof value !== "boolean") throw new Unreadable(`must be true or false, not ${kindOf(value)}`);
  return value;
};

/** From JSON a number; from a path or a query its digits. */
const readWhole: ReadValue = (value) => {
  const number = typeof value === "string" && /^-?\d{1,9}$/.test(value) ? Number(value) : value;
  if (typeof number !== "number" || !Number.isInteger(number) || Math.abs(number) > 2_147_483_647) {
    throw new Unreadable("must be a whole number");
  }
  return number;
};

const readObject: ReadValue = (value) => {
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw new Unreadable(`must be an object, not ${kindOf(value)}`);
  }
  return value as JsonObject;
};

const instantPattern = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})$/;

const readInstant: ReadValue = (value) => {
  const at = typeof value === "string" && instantPattern.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(at)) throw new Unreadable("must be an instant such as 2026-01-31T09:30:00Z (RFC 3339)");
  const seconds = Math.floor(at / 1000);
  return create(TimestampSchema, { seconds: BigInt(seconds), nanos: (at - seconds * 1000) * 1_000_000 });
};

function readWord(field: DescField & { fieldKind: "enum" }): ReadValue {
  const prefix = field.enum.sharedPrefix ?? "";
  const words = new Map<unknown, number>();
  for (const { number, name } of field.enum.values)
    if (number !== 0) words.set(name.slice(prefix.length).toLowerCase(), number);
  return (value) => {
    const number = words.get(value);
    if (number === undefined) throw new Unreadable(`must be one of: ${[...words.keys()].join(", ")}`);
    return number;
  };
}

function readList(lenient: boolean): ReadValue {
  return (value) => {
    if (lenient && typeof value === "string") return [value];
    if (!Array.isArray(value)) {
      throw new Unreadable(
        `must be ${lenient ? "a string or " : ""}an array of strings, not ${kindOf(value)}`,
      );
    }
    const present = lenient ? value.filter((entry) => entry !== null && entry !== true) : value;
    for (const entry of present) {
      if (typeof entry !== "string")
        throw new Unreadable(`must be an array of strings, not of ${kindOf(entry)}`);
    }
    return present;
  };
}

function readerOf(field: DescField): ReadValue {
  if (field.fieldKind === "enum") return readWord(field);
  if (field.fieldKind === "list" && field.scalar === ScalarType.STRING)
    return readList(getOption(field, limits).lenientList);
  if (field.fieldKind === "scalar" && field.scalar === ScalarType.STRING) return readText;
  if (field.fieldKind === "scalar" && field.scalar === ScalarType.INT32) return readWhole;
  if (field.fieldKind === "scalar" && field.scalar === ScalarType.BOOL) return readTruth;
  if (field.fieldKind === "message" && field.message.typeName === "google.protobuf.Struct") return readObject;
  if (field.fieldKind === "message" && field.message.typeName === "google.protobuf.Timestamp")
    return readInstant;
  throw new Error(`${field}: REST cannot read fields of this type yet`);
}

/** Compiles the reader of a message type, once. */
export function compileJsonReader(schema: DescMessage): JsonReader {
  const rows = schema.fields.map((field) => ({
    name: field.name,
    localName: field.localName,
    read: readerOf(field),
  }));
  return (object) => {
    const message = create(schema);
    const values = message as unknown as Record<string, unknown>;
    const violations: FieldViolation[] = [];
    for (const { name, localName, read } of rows) {
      if (!Object.hasOwn(object, name)) continue;
      const value = object[name] as JsonValue | undefined;
      if (value === null || value === undefined) continue;
      try {
        values[localName] = read(value);
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error;
        violations.push({ field: name, description: error.message });
      }
    }
    if (violations.length > 0) throw invalidFields(violations);
    return message;
  };
}
