import { readdirSync, readFileSync } from "node:fs";
import { create, type DescMessage, fromBinary, type Message, toBinary } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import * as accessLists from "../../gen/es/rupt/v2/access_list_service_pb.js";
import * as browser from "../../gen/es/rupt/v2/browser_service_pb.js";
import * as challenges from "../../gen/es/rupt/v2/challenge_service_pb.js";
import * as evaluations from "../../gen/es/rupt/v2/evaluation_service_pb.js";
import * as policies from "../../gen/es/rupt/v2/policy_service_pb.js";
import * as risk from "../../gen/es/rupt/v2/risk_pb.js";
import * as users from "../../gen/es/rupt/v2/user_service_pb.js";
import { compileBinaryRead } from "./binary-reader.js";
import { compileBinaryWrite } from "./binary-writer.js";

const schemas = new Map<string, DescMessage>(
  [accessLists, browser, challenges, evaluations, policies, risk, users].flatMap((file) =>
    Object.values(file).flatMap((value): [string, DescMessage][] =>
      typeof value === "object" && value !== null && "kind" in value && value.kind === "message"
        ? [[(value as DescMessage).typeName, value as DescMessage]]
        : [],
    ),
  ),
);
const wire = new URL("../../test/wire/", import.meta.url);
const fixtures = readdirSync(wire).filter((name) => name.endsWith(".binpb"));

const everyKindOfJson = {
  s: "x",
  n: -0.5,
  t: true,
  f: false,
  z: null,
  l: [1, ["a", {}], null],
  o: { "": { deep: [[]] } },
};

describe("the compiled writer writes what reflection writes", () => {
  test.each(fixtures)("%s", (name) => {
    const schema = schemas.get(name.replace(/(\.[a-z0-9_]+)?\.binpb$/, ""));
    if (schema === undefined) throw new Error(`no schema for ${name}`);
    const message = fromBinary(schema, readFileSync(new URL(name, wire)));
    const bytes = compileBinaryWrite(schema)(message);
    expect(bytes.equals(toBinary(schema, message))).toBe(true);
  });

  test.each([...schemas])("an empty %s", (_, schema) => {
    const empty: Message = create(schema);
    expect(compileBinaryWrite(schema)(empty)).toEqual(Buffer.from(toBinary(schema, empty)));
  });

  test.each([0, 1, 126, 127, 128, 5_000])("texts of %d characters", (length) => {
    const { EvaluateRequestSchema: schema } = evaluations;
    for (const last of ["", "x", "\x7f", "\x80", "å", "中", "🦊"]) {
      const message = create(schema, { action: "x".repeat(length) + last, user: "after" });
      expect(compileBinaryWrite(schema)(message).equals(toBinary(schema, message))).toBe(true);
    }
  });

  test("JSON of every kind", () => {
    const { EvaluateRequestSchema: schema } = evaluations;
    const message = create(schema, { action: "login", metadata: everyKindOfJson, score: -0 } as never);
    const bytes = compileBinaryWrite(schema)(message);
    expect(fromBinary(schema, bytes).metadata).toEqual(everyKindOfJson);
    expect(bytes.equals(toBinary(schema, message))).toBe(true);
  });

  test("fields of a later release are passed on", () => {
    const { EvaluateRequestSchema: schema } = evaluations;
    const bytes = Buffer.concat([
      toBinary(schema, create(schema, { action: "login" })),
      Buffer.from([0xfa, 0x7f, 1, 65]),
    ]);
    const message = fromBinary(schema, bytes);
    expect(compileBinaryWrite(schema)(message).equals(bytes)).toBe(true);
  });
});

describe("the compiled reader reads what reflection reads", () => {
  /** What was read, or that nothing could be. */
  const outcome = (read: () => Message) => {
    try {
      return read();
    } catch {
      return "unreadable";
    }
  };
  const expectSame = (schema: DescMessage, bytes: Buffer) =>
    expect(outcome(() => compileBinaryRead(schema)(bytes))).toStrictEqual(
      outcome(() => fromBinary(schema, bytes)),
    );
  const { EvaluateRequestSchema: request, EvaluationSchema: evaluation } = evaluations;
  const full = toBinary(
    request,
    create(request, {
      action: "login",
      user: "Åse 🦊",
      fingerprint: ["v:1", "", "os:x".repeat(60)],
      metadata: everyKindOfJson,
      occurredAt: { seconds: 1_772_438_400n, nanos: 250_000_000 },
      outcome: 2,
    }),
  );
  const text = (tag: number, ...bytes: number[]) => Buffer.from([tag, bytes.length, ...bytes]);

  test.each(fixtures)("%s", (name) => {
    const schema = schemas.get(name.replace(/(\.[a-z0-9_]+)?\.binpb$/, ""));
    if (schema === undefined) throw new Error(`no schema for ${name}`);
    expectSame(schema, readFileSync(new URL(name, wire)));
  });

  test.each([...schemas])("an empty %s", (_, schema) => expectSame(schema, Buffer.alloc(0)));

  test("a request that ends too early, anywhere", () => {
    for (let length = 0; length <= full.length; length++)
      expectSame(request, Buffer.from(full.subarray(0, length)));
  });

  test("a request with any byte changed", () => {
    for (let at = 0; at < full.length; at++) {
      for (const change of [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xff]) {
        const bytes = Buffer.from(full);
        bytes[at] = (bytes[at] ?? 0) ^ change;
        expectSame(request, bytes);
      }
    }
  });

  test.each<[string, Buffer]>([
    ["a text twice", Buffer.concat([text(0x0a, 65), text(0x0a, 66)])],
    ["a message twice", Buffer.concat([text(0x62, 8, 1), text(0x62, 16, 2)])],
    ["JSON twice", Buffer.concat([text(0x42, 10, 5, 10, 1, 97, 18, 0), text(0x42, 10, 5, 10, 1, 98, 18, 0)])],
    ["a key twice", text(0x42, 10, 7, 10, 1, 97, 18, 2, 32, 1, 10, 7, 10, 1, 97, 18, 2, 32, 0)],
    ["an entry without a value", text(0x42, 10, 3, 10, 1, 97)],
    ["an entry without a key", text(0x42, 10, 4, 18, 2, 32, 1)],
    ["a value of two kinds", text(0x42, 10, 9, 10, 1, 97, 18, 4, 32, 1, 8, 0)],
    ["the key __proto__", text(0x42, 10, 15, 10, 9, ...Buffer.from("__proto__"), 18, 2, 32, 1)],
    ["a byte order mark", text(0x0a, 0xef, 0xbb, 0xbf, 65)],
    ["a replacement character", text(0x0a, 0xef, 0xbf, 0xbd)],
    ["bytes that are no UTF-8", text(0x0a, 0xff)],
    ["half of a surrogate pair", text(0x0a, 0xed, 0xa0, 0x80)],
    ["another type on the wire", Buffer.from([0x08, 1])],
    ["a negative enum", Buffer.from([0x50, ...Array(9).fill(0xff), 1])],
    ["an instant before 1970", text(0x62, 8, ...Array(9).fill(0xff), 1)],
    ["a number in more bytes than it needs", Buffer.from([0x50, 0x81, 0x80, 0x00])],
    ["a group", Buffer.from([0x0b, 0x0c])],
    ["field 0", Buffer.from([0x02, 0])],
  ])("%s", (_, bytes) => expectSame(request, bytes));

  test("JSON nested as deep as it may be, and deeper", () => {
    for (let depth = 1; depth < 60; depth++) {
      let list: unknown[] = [];
      for (let level = 1; level < depth; level++) list = [list];
      expectSame(request, Buffer.from(toBinary(request, create(request, { metadata: { list } as never }))));
    }
  });

  test("a message of which no field is left out", () => {
    const message = create(evaluation, { asn: 4_294_967_295, score: -0, confidence: 0.5, reasons: [1, 2] });
    expectSame(evaluation, Buffer.from(toBinary(evaluation, message)));
  });
});
