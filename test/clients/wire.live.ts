import { readFileSync } from "node:fs";
import { type DescFile, fromBinary, fromJson, type JsonValue, toBinary, toJson } from "@bufbuild/protobuf";
import { base64Decode, base64Encode } from "@bufbuild/protobuf/wire";
import {
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { EvaluateResponseSchema } from "../../gen/es/rupt/v2/evaluation_service_pb.js";
import { fixtures, withUnknownField } from "../wire/fixtures.js";
import { type Conformance, startConformance } from "./conformance.js";
import { run } from "./run.js";

const published = [
  "google/api/http.proto",
  "google/api/annotations.proto",
  "google/rpc/status.proto",
  "google/rpc/error_details.proto",
];
const root = new URL("../../", import.meta.url).pathname;

/** A file's content without the JSON names, which generators leave out where they follow from the field names. */
function contentOf(file: FileDescriptorProto): JsonValue {
  const text = JSON.stringify(toJson(FileDescriptorProtoSchema, file), (key, value) =>
    key === "jsonName" || key === "sourceCodeInfo" ? undefined : value,
  );
  return JSON.parse(text);
}

async function vendored(): Promise<ReadonlyMap<string, FileDescriptorProto>> {
  const image = `${root}node_modules/.cache/rupt-clients/vendored.binpb`;
  const built = await run("buf", ["build", "--as-file-descriptor-set", "-o", image], { cwd: root });
  expect(built.stderr).toBe("");
  const set = fromBinary(FileDescriptorSetSchema, readFileSync(image));
  return new Map(set.file.map((file): [DescFile["name"], FileDescriptorProto] => [file.name, file]));
}

let ours: ReadonlyMap<string, FileDescriptorProto>;
beforeAll(async () => {
  ours = await vendored();
});

const speaking = inject("clients").languages.flatMap(({ name, speakers }) =>
  speakers.map((speaker) => ({ name, ...speaker })),
);

describe("wire fixtures", () => {
  for (const { name, program } of speaking.filter(({ readsWire }) => readsWire)) {
    describe(name, () => {
      let client: Conformance;
      beforeAll(() => {
        client = startConformance(program);
      });
      afterAll(() => client.close());

      test.each(fixtures)("reads $name", async ({ type, schema, binary, json }) => {
        const asJson = (bytes: Uint8Array) =>
          toJson(schema, fromBinary(schema, bytes), { useProtoFieldName: true });
        for (const sent of [binary, withUnknownField(binary)]) {
          const read = await client.ask({ op: "read", type, binary: base64Encode(sent), json });
          expect(asJson(toBinary(schema, fromJson(schema, read.json as JsonValue)))).toEqual(json);
          expect(asJson(base64Decode(String(read.binary)))).toEqual(json);
        }
      });

      test("reads an enum value of a later release", async () => {
        const binary = Uint8Array.of(0x08, 99, 0x1a, 2, 0x8f, 0x4e); // verdict 99, reasons [9999]
        const type = EvaluateResponseSchema.typeName;
        const read = await client.ask({ op: "read", type, binary: base64Encode(binary), json: {} });
        expect(read.json).toMatchObject({ verdict: 99, reasons: [9999] });
      });
    });
  }
});

describe("google's files as published", () => {
  for (const { name, program } of speaking.filter(({ hasGoogleFiles }) => hasGoogleFiles)) {
    describe(name, () => {
      let client: Conformance;
      beforeAll(() => {
        client = startConformance(program);
      });
      afterAll(() => client.close());

      test.each(published)("%s is the same here", async (file) => {
        const { descriptor } = await client.ask({ op: "file", name: file });
        const theirs = fromBinary(FileDescriptorProtoSchema, base64Decode(String(descriptor)));
        const own = ours.get(file);
        if (own === undefined) throw new Error(`${file} is not in proto/vendor`);
        expect(contentOf(own)).toEqual(contentOf(theirs));
      });
    });
  }
});
