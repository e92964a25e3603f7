import {
  create,
  type DescField,
  type DescMessage,
  fromBinary,
  type JsonObject,
  type JsonValue,
  type Message,
  ScalarType,
} from "@bufbuild/protobuf";
import { WireType } from "@bufbuild/protobuf/wire";
import { ByteReader, irregular } from "./byte-reader.js";
import { jsonTags as json } from "./json-tags.js";

/** Reads a message from the protobuf binary format. Throws where the bytes are none. */
export type BinaryRead = (bytes: Buffer) => Message;

/** Reads the value of a field, after its tag. */
type ReadValue = (reader: ByteReader) => unknown;

/** Reads a field, after its tag, into a message. */
type ReadField = (reader: ByteReader, message: Record<string, unknown>) => void;

/** Levels of objects and lists that are read here; reflection knows how many there may be. */
const mostLevels = 8;

function readStruct(reader: ByteReader, end: number, levels: number): JsonObject {
  const object: JsonObject = {};
  while (reader.isBefore(end)) {
    reader.mustBe(json.fields);
    const entryEnd = reader.begin();
    reader.mustBe(json.key);
    const key = reader.text();
    if (key === "__proto__") throw irregular;
    reader.mustBe(json.value);
    object[key] = readJson(reader, levels);
    reader.mustEnd(entryEnd);
  }
  reader.mustEnd(end);
  return object;
}

function readList(reader: ByteReader, end: number, levels: number): JsonValue[] {
  const list: JsonValue[] = [];
  while (reader.isBefore(end)) {
    reader.mustBe(json.values);
    list.push(readJson(reader, levels));
  }
  reader.mustEnd(end);
  return list;
}

/** A google.protobuf.Value, whose length comes first. */
function readJson(reader: ByteReader, levels: number): JsonValue {
  const end = reader.begin();
  const value = readKind(reader, levels);
  reader.mustEnd(end);
  return value;
}

function readKind(reader: ByteReader, levels: number): JsonValue {
  switch (reader.varint()) {
    case json.stringValue:
      return reader.text();
    case json.numberValue:
      return reader.double();
    case json.boolValue:
      return reader.varint() !== 0;
    case json.nullValue:
      reader.mustBe(0);
      return null;
    case json.structValue:
      if (levels === mostLevels) throw irregular;
      return readStruct(reader, reader.begin(), levels + 1);
    case json.listValue:
      if (levels === mostLevels) throw irregular;
      return readList(reader, reader.begin(), levels + 1);
    default:
      throw irregular;
  }
}

const readText: ReadValue = (reader) => reader.text();
const readSmall: ReadValue = (reader) => reader.small();

const scalarReaders: Readonly<Partial<Record<ScalarType, readonly [WireType, ReadValue]>>> = {
  [ScalarType.STRING]: [WireType.LengthDelimited, readText],
  [ScalarType.BOOL]: [WireType.Varint, (reader) => reader.varint() !== 0],
  [ScalarType.INT32]: [WireType.Varint, readSmall],
  [ScalarType.INT64]: [WireType.Varint, (reader) => BigInt(reader.varint())],
  [ScalarType.UINT32]: [WireType.Varint, readSmall],
  [ScalarType.DOUBLE]: [WireType.Bit64, (reader) => reader.double()],
};

/** How a field of a kind that is compiled is read, and its tag. */
function readerOfField(field: DescField): readonly [tag: number, ReadField] | undefined {
  const { number, localName } = field;
  const tagOf = (wireType: WireType) => (number << 3) | wireType;
  if (field.oneof !== undefined) return undefined;
  if (field.fieldKind === "list") {
    if (field.scalar !== ScalarType.STRING) return undefined;
    return [
      tagOf(WireType.LengthDelimited),
      (reader, message) => void (message[localName] as string[]).push(reader.text()),
    ];
  }
  if (field.fieldKind === "message") {
    const read = field.delimitedEncoding ? undefined : readerOfMessage(field.message);
    if (read === undefined) return undefined;
    return [
      tagOf(WireType.LengthDelimited),
      (reader, message) => {
        // What comes twice is one message in two parts.
        if (message[localName] !== undefined) throw irregular;
        message[localName] = read(reader, reader.begin());
      },
    ];
  }
  if (field.fieldKind === "map" || (field.fieldKind === "enum" && !field.enum.open)) return undefined;
  const [wireType, read] = scalarReaders[field.fieldKind === "enum" ? ScalarType.INT32 : field.scalar] ?? [];
  if (wireType === undefined || read === undefined) return undefined;
  return [
    tagOf(wireType),
    (reader, message) => {
      message[localName] = read(reader);
    },
  ];
}

/** How a message is read to its end; undefined where a field is of a kind that is not compiled. */
function readerOfMessage(schema: DescMessage): ((reader: ByteReader, end: number) => unknown) | undefined {
  if (schema.typeName === "google.protobuf.Struct") return (reader, end) => readStruct(reader, end, 1);
  const byTag = new Map<number, ReadField>();
  for (const field of schema.fields) {
    const compiled = readerOfField(field);
    if (compiled === undefined) return undefined;
    byTag.set(...compiled);
  }
  return (reader, end) => {
    const message = create(schema);
    while (reader.isBefore(end)) {
      const read = byTag.get(reader.varint());
      if (read === undefined) throw irregular;
      read(reader, message as unknown as Record<string, unknown>);
    }
    reader.mustEnd(end);
    return message;
  };
}

/**
 * Compiles the reader of a message type, once. What is not written in the plainest way, such as fields of a later release, is read by reflection, and
 * so is all that it refuses; so are types with fields of kinds that are not compiled.
 */
export function compileBinaryRead(schema: DescMessage): BinaryRead {
  const read = readerOfMessage(schema);
  if (read === undefined) return (bytes) => fromBinary(schema, bytes);
  return (bytes) => {
    try {
      return read(new ByteReader(bytes), bytes.length) as Message;
    } catch (error) {
      if (error !== irregular) throw error;
      return fromBinary(schema, bytes);
    }
  };
}
