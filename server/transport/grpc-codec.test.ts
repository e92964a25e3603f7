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
import { compileBinaryWrite } from "./grpc-codec.js";

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

  test("JSON of every kind", () => {
    const { EvaluateRequestSchema: schema } = evaluations;
    const metadata = {
      s: "x",
      n: -0.5,
      t: true,
      f: false,
      z: null,
      l: [1, ["a", {}], null],
      o: { "": { deep: [[]] } },
    };
    const message = create(schema, { action: "login", metadata, score: -0 } as never);
    const bytes = compileBinaryWrite(schema)(message);
    expect(fromBinary(schema, bytes).metadata).toEqual(metadata);
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
