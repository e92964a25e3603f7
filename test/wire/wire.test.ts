import { fromBinary, fromJson, toBinary, toJson } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import * as challengeService from "../../gen/grpc-js/rupt/v2/challenge_service.js";
import * as evaluationService from "../../gen/grpc-js/rupt/v2/evaluation_service.js";
import * as userService from "../../gen/grpc-js/rupt/v2/user_service.js";
import { fixtures, withUnknownField } from "./fixtures.js";

/** What ts-proto generates for a message. */
interface Codec {
  decode(binary: Uint8Array): unknown;
  encode(message: unknown): { finish(): Uint8Array };
  fromJSON(json: unknown): unknown;
}

const codecs = { ...challengeService, ...evaluationService, ...userService } as unknown as Record<
  string,
  Codec
>;

describe.each(fixtures)("$type, as a release has sent it", ({ type, schema, binary, json }) => {
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
