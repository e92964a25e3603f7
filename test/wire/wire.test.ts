import { readdirSync } from "node:fs";
import { fromBinary, fromJson, toBinary, toJson } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { fixtures, withUnknownField } from "./fixtures.js";
import { fieldsIn, fieldsOf, messagesOnTheWire } from "./messages.mjs";

/** What ts-proto generates for a message. */
interface Codec {
  decode(binary: Uint8Array): unknown;
  encode(message: unknown): { finish(): Uint8Array };
  fromJSON(json: unknown): unknown;
}

const generated = new URL("../../gen/grpc-js/rupt/v2/", import.meta.url);
const modules = readdirSync(generated).map((file) => import(new URL(file, generated).href));
const codecs = Object.assign({}, ...(await Promise.all(modules))) as Readonly<Record<string, Codec>>;

describe("fixtures", () => {
  // A method that is new, or a field: npm run generate:wire writes what is missing.
  test.each(messagesOnTheWire)("there are some of $typeName, with each of its fields", (schema) => {
    const ofType = fixtures.filter(({ type }) => type === schema.typeName);
    expect(ofType.length).toBeGreaterThan(0);
    const covered = ofType.flatMap(({ binary }) => fieldsIn(schema, fromBinary(schema, binary)));
    expect([...new Set(covered)].sort()).toEqual([...fieldsOf(schema)].sort());
  });

  test("cover the messages of every service", () => {
    expect(messagesOnTheWire.length).toBeGreaterThan(40);
    expect(new Set(messagesOnTheWire.map(({ file }) => file.name)).size).toBeGreaterThanOrEqual(6);
  });
});

describe.each(fixtures)("$name, as a release has sent it", ({ type, schema, binary, json }) => {
  const asJson = (bytes: Uint8Array) =>
    toJson(schema, fromBinary(schema, bytes), { useProtoFieldName: true });

  test("protobuf-es reads the binary", () => expect(asJson(binary)).toEqual(json));

  test("protobuf-es reads the JSON", () =>
    expect(asJson(toBinary(schema, fromJson(schema, json)))).toEqual(json));

  test("protobuf-es reads it with a field of a later release", () =>
    expect(asJson(withUnknownField(binary))).toEqual(json));

  const codec = codecs[type.slice("rupt.v2.".length)];
  test("ts-proto reads the binary", () => {
    expect(asJson(codec?.encode(codec.decode(binary)).finish() ?? Uint8Array.of())).toEqual(json);
  });

  test("ts-proto reads the JSON", () => {
    expect(asJson(codec?.encode(codec.fromJSON(json)).finish() ?? Uint8Array.of())).toEqual(json);
  });

  test("ts-proto reads it with a field of a later release", () => {
    expect(asJson(codec?.encode(codec.decode(withUnknownField(binary))).finish() ?? Uint8Array.of())).toEqual(
      json,
    );
  });
});
