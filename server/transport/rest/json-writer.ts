import type { DescEnum, DescField, DescMessage, Message } from "@bufbuild/protobuf";
import type { Timestamp } from "@bufbuild/protobuf/wkt";

/** Writes a message as REST JSON: snake_case names, short lower-case enum words, RFC 3339 instants; absent optional fields are left out. */
export type JsonWriter = (message: Message) => unknown;

type WriteValue = (value: unknown) => unknown;

const asIs: WriteValue = (value) => value;

const writeInstant: WriteValue = (value) => {
  const { seconds, nanos } = value as Timestamp;
  return new Date(Number(seconds) * 1000 + Math.round(nanos / 1_000_000)).toISOString();
};

function writeWord(schema: DescEnum): WriteValue {
  const prefix = schema.sharedPrefix ?? "";
  const words = new Map<unknown, string>(
    schema.values.map(({ number, name }) => [number, name.slice(prefix.length).toLowerCase()]),
  );
  return (value) => words.get(value);
}

function writeMessage(schema: DescMessage): WriteValue {
  switch (schema.typeName) {
    case "google.protobuf.Struct":
      return asIs;
    case "google.protobuf.Timestamp":
      return writeInstant;
    default: {
      const write = compileJsonWriter(schema);
      return (value) => write(value as Message);
    }
  }
}

function writerOf(field: DescField): WriteValue {
  switch (field.fieldKind) {
    case "enum":
      return writeWord(field.enum);
    case "message":
      return writeMessage(field.message);
    case "list": {
      const write =
        field.listKind === "enum"
          ? writeWord(field.enum)
          : field.listKind === "message"
            ? writeMessage(field.message)
            : asIs;
      return (value) => (value as readonly unknown[]).map(write);
    }
    default:
      return asIs;
  }
}

/** Compiles the writer of a message type, once. Enum fields that say nothing are left out. */
export function compileJsonWriter(schema: DescMessage): JsonWriter {
  const rows = schema.fields.map((field) => ({
    name: field.name,
    localName: field.localName,
    write: writerOf(field),
    skipZero: field.fieldKind === "enum",
  }));
  return (message) => {
    const values = message as unknown as Record<string, unknown>;
    const result: Record<string, unknown> = {};
    for (const { name, localName, write, skipZero } of rows) {
      const value = values[localName];
      if (value === undefined || (skipZero && value === 0)) continue;
      result[name] = write(value);
    }
    return result;
  };
}
