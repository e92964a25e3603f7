import { fileURLToPath } from "node:url";
import {
  create,
  type DescEnum,
  type DescMessage,
  type DescService,
  fromBinary,
  toBinary,
} from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { build } from "esbuild";
import { beforeAll, expect, test } from "vitest";
import * as errors from "../../../gen/es/google/rpc/error_details_pb.js";
import * as challenges from "../../../gen/es/rupt/v2/challenge_service_pb.js";

const generated: Readonly<Record<string, unknown>> = { ...errors, ...challenges };
/** What the page is given for the generated modules. */
let lean: Readonly<Record<string, unknown>>;

beforeAll(async () => {
  const { descriptorsReadInTheBuild, importText } = await import(
    new URL("../lean.mjs", import.meta.url).href
  );
  const entry = ["google/rpc/error_details", "rupt/v2/challenge_service"].map(
    (name) => `export * from "../../../gen/es/${name}_pb.js";`,
  );
  const { outputFiles } = await build({
    stdin: { contents: entry.join("\n"), resolveDir: fileURLToPath(new URL(".", import.meta.url)) },
    bundle: true,
    write: false,
    format: "esm",
    plugins: [descriptorsReadInTheBuild],
  });
  lean = await importText(outputFiles[0]?.text ?? "");
});

const message = (name: string, from = lean) => from[`${name}Schema`] as DescMessage;

/** All that the binary format and the form of messages in JavaScript depend on. */
const fieldsOf = (type: DescMessage) =>
  type.fields.map((field) => ({
    name: `${type.typeName}.${field.name}`,
    number: field.number,
    localName: field.localName,
    jsonName: field.jsonName,
    kind: field.fieldKind,
    list: "listKind" in field ? field.listKind : undefined,
    map: "mapKind" in field ? field.mapKind : undefined,
    scalar: field.scalar,
    enum: field.enum === undefined ? undefined : enumOf(field.enum),
    message: field.message?.typeName,
    oneof: field.oneof?.name,
    presence: field.presence,
    packed: "packed" in field ? field.packed : undefined,
    delimited: "delimitedEncoding" in field ? field.delimitedEncoding : undefined,
    longAsString: "longAsString" in field ? field.longAsString : undefined,
    utf8Validation: field.utf8Validation,
  }));

const enumOf = ({ typeName, open, values }: DescEnum) => ({
  typeName,
  open,
  values: values.map(({ name, number, localName }) => ({ name, number, localName })),
});

const methodsOf = ({ methods }: DescService) =>
  methods.map(({ name, localName, methodKind, input, output }) => ({
    name,
    localName,
    methodKind,
    input: input.typeName,
    output: output.typeName,
  }));

test("the page's messages are the generated ones, but for maps and for types of other files", () => {
  const names = Object.keys(lean).flatMap((name) => /^(.*)Schema$/.exec(name)?.[1] ?? []);
  expect(names.sort()).toEqual([
    "DescribeChallengeRequest",
    "DescribeChallengeResponse",
    "Destination",
    "ErrorInfo",
    "SendChallengeRequest",
    "SendChallengeResponse",
    "VerifyChallengeRequest",
    "VerifyChallengeResponse",
  ]);
  const all = names.flatMap((name) => fieldsOf(message(name, generated)));
  const held = names.flatMap((name) => fieldsOf(message(name)));
  const missing = all.filter(({ name }) => !held.some((field) => field.name === name));
  expect(missing.map(({ name }) => name)).toEqual([
    "google.rpc.ErrorInfo.metadata",
    "rupt.v2.SendChallengeResponse.expires_at",
  ]);
  expect(held).toEqual(all.filter((field) => !missing.includes(field)));
});

test("the page's service has the three calls that a client token may make, as they were generated", () => {
  const service = lean.ChallengeService as DescService;
  expect(service.typeName).toBe("rupt.v2.ChallengeService");
  const calls = ["SendChallenge", "VerifyChallenge", "DescribeChallenge"];
  expect(methodsOf(service)).toEqual(
    methodsOf(challenges.ChallengeService).filter(({ name }) => calls.includes(name)),
  );
  expect(methodsOf(service)).toHaveLength(calls.length);
});

test("the page's enums are the generated ones", () => {
  for (const name of ["Channel", "ChallengeStatus", "Language"]) expect(lean[name]).toEqual(generated[name]);
});

test("what the server sends arrives, and what it sends besides is read over", () => {
  const described = create(challenges.DescribeChallengeResponseSchema, {
    challengeId: "0191f0c0-0000-7000-8000-000000000000",
    status: challenges.ChallengeStatus.SENT,
    brand: "Œuvre",
    destinations: [
      { channel: challenges.Channel.EMAIL, contact: "a*****@x.dev" },
      { channel: challenges.Channel.SMS, contact: "******34" },
    ],
    channel: challenges.Channel.EMAIL,
    attemptsRemaining: 5,
    sendsRemaining: 4,
    expiresInSeconds: 600,
    resendAfterSeconds: 30,
    returnUrl: "https://shop.example.com/?challenge_id=1",
  });
  const read = fromBinary(
    message("DescribeChallengeResponse"),
    toBinary(challenges.DescribeChallengeResponseSchema, described),
  );
  expect(read).toEqual(described);

  const answer = create(challenges.SendChallengeResponseSchema, {
    success: true,
    expiresAt: timestampFromMs(1_700_000_000_000),
    resendAfterSeconds: 30,
  });
  const bytes = toBinary(challenges.SendChallengeResponseSchema, answer);
  expect(fromBinary(message("SendChallengeResponse"), bytes)).toMatchObject({
    success: true,
    resendAfterSeconds: 30,
  });
});
