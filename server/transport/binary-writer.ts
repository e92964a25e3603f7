import {
  type DescField,
  type DescMessage,
  type JsonObject,
  type JsonValue,
  type Message,
  ScalarType,
  toBinary,
} from "@bufbuild/protobuf";
import { scalarZeroValue } from "@bufbuild/protobuf/reflect";
import { WireType } from "@bufbuild/protobuf/wire";
import { FeatureSet_FieldPresence } from "@bufbuild/protobuf/wkt";
import { ByteWriter } from "./byte-writer.js";
import { jsonTags as json } from "./json-tags.js";

/** Writes a message in the protobuf binary format. */
export type BinaryWrite = (message: Message) => Buffer;

/** Writes a field with its tag. */
type WriteField = (writer: ByteWriter, value: unknown) => void;

const scalarWriters: Readonly<Partial<Record<ScalarType, readonly [WireType, WriteField]>>> = {
  [ScalarType.STRING]: [WireType.LengthDelimited, (writer, value) => void writer.text(value as string)],
  [ScalarType.BOOL]: [WireType.Varint, (writer, value) => void writer.varint(value ? 1 : 0)],
  [ScalarType.INT32]: [WireType.Varint, (writer, value) => void writer.signed(value as number)],
  [ScalarType.INT64]: [WireType.Varint, (writer, value) => void writer.signed64(value as bigint)],
  [ScalarType.UINT32]: [WireType.Varint, (writer, value) => void writer.varint(value as number)],
  [ScalarType.DOUBLE]: [WireType.Bit64, (writer, value) => void writer.double(value as number)],
};

const nested =
  (tag: number, write: WriteField): WriteField =>
  (writer, value) => {
    const start = writer.varint(tag).begin();
    write(writer, value);
    writer.end(start);
  };

function writeStruct(writer: ByteWriter, object: JsonObject): void {
  for (const key of Object.keys(object)) {
    const value = object[key];
    if (value === undefined) continue;
    const field = writer.varint(json.fields).begin();
    writer.varint(json.key).text(key);
    const start = writer.varint(json.value).begin();
    writeValue(writer, value);
    writer.end(start);
    writer.end(field);
  }
}

function writeValue(writer: ByteWriter, value: JsonValue): void {
  if (typeof value === "string") writer.varint(json.stringValue).text(value);
  else if (typeof value === "number") writer.varint(json.numberValue).double(value);
  else if (typeof value === "boolean") writer.varint(json.boolValue).varint(value ? 1 : 0);
  else if (value === null) writer.varint(json.nullValue).varint(0);
  else if (Array.isArray(value)) {
    const list = writer.varint(json.listValue).begin();
    for (const entry of value) {
      const start = writer.varint(json.values).begin();
      writeValue(writer, entry);
      writer.end(start);
    }
    writer.end(list);
  } else {
    const start = writer.varint(json.structValue).begin();
    writeStruct(writer, value);
    writer.end(start);
  }
}

/** The fields of a message; undefined where one is of a kind that is not compiled. */
function writerOfMessage(schema: DescMessage): WriteField | undefined {
  if (schema.typeName === "google.protobuf.Struct") {
    return (writer, value) => writeStruct(writer, value as JsonObject);
  }
  const rows: { readonly localName: string; readonly write: WriteField }[] = [];
  for (const field of schema.fields.toSorted((a, b) => a.number - b.number)) {
    const write = field.oneof === undefined ? writerOfField(field) : undefined;
    if (write === undefined) return undefined;
    rows.push({ localName: field.localName, write });
  }
  return (writer, message) => {
    const values = message as Record<string, unknown>;
    for (const { localName, write } of rows) {
      const value = values[localName];
      if (value !== undefined) write(writer, value);
    }
  };
}

function writerOfField(field: DescField): WriteField | undefined {
  const delimited = (field.number << 3) | WireType.LengthDelimited;
  if (field.fieldKind === "message") {
    if (field.delimitedEncoding) return undefined;
    const write = writerOfMessage(field.message);
    return write && nested(delimited, write);
  }
  if (field.fieldKind === "list") return writerOfList(field, delimited);
  if (field.fieldKind === "map") return undefined;
  const scalar = field.fieldKind === "enum" ? ScalarType.INT32 : field.scalar;
  const [wireType, write] = scalarWriters[scalar] ?? [];
  if (wireType === undefined || write === undefined) return undefined;
  const tag = (field.number << 3) | wireType;
  if (field.presence !== FeatureSet_FieldPresence.IMPLICIT) {
    return (writer, value) => write(writer.varint(tag), value);
  }
  const zero = scalarZeroValue(scalar, false);
  return (writer, value) => {
    // Negative zero is another number on the wire.
    if (value !== zero || Object.is(value, -0)) write(writer.varint(tag), value);
  };
}

const each =
  (write: WriteField): WriteField =>
  (writer, values) => {
    for (const value of values as readonly unknown[]) write(writer, value);
  };

function writerOfList(field: DescField & { fieldKind: "list" }, tag: number): WriteField | undefined {
  if (field.listKind === "message") {
    if (field.delimitedEncoding) return undefined;
    const message = writerOfMessage(field.message);
    const write = message && nested(tag, message);
    return write && each(write);
  }
  const [wireType, write] = scalarWriters[field.listKind === "enum" ? ScalarType.INT32 : field.scalar] ?? [];
  if (wireType === undefined || write === undefined) return undefined;
  if (!field.packed) {
    const single = (field.number << 3) | wireType;
    return each((writer, value) => write(writer.varint(single), value));
  }
  return (writer, values) => {
    const list = values as readonly unknown[];
    if (list.length === 0) return;
    const start = writer.varint(tag).begin();
    for (const value of list) write(writer, value);
    writer.end(start);
  };
}

/**
 * Compiles the writer of a message type, once. Writing by reflection would cost a gRPC call more than its judgement.
 * Types with fields that it does not know are written by reflection.
 */
export function compileBinaryWrite(schema: DescMessage): BinaryWrite {
  const write = writerOfMessage(schema);
  if (write === undefined) return (message) => asBuffer(toBinary(schema, message));
  return (message) => {
    if (message.$unknown !== undefined) return asBuffer(toBinary(schema, message));
    const writer = new ByteWriter();
    write(writer, message);
    return writer.finish();
  };
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
