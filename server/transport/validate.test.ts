import { create } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import {
  ListChallengesRequestSchema,
  VerifyChallengeRequestSchema,
} from "../../gen/es/rupt/v2/challenge_service_pb.js";
import { EvaluateRequestSchema } from "../../gen/es/rupt/v2/evaluation_service_pb.js";
import type { Outcome } from "../../gen/es/rupt/v2/risk_pb.js";
import { AppError } from "../errors.js";
import { compileValidate, type Validate } from "./validate.js";

const evaluate = compileValidate(EvaluateRequestSchema);
const verify = compileValidate(VerifyChallengeRequestSchema);
const list = compileValidate(ListChallengesRequestSchema);

const faults = (validate: Validate, message: Parameters<Validate>[0]): readonly string[] => {
  try {
    validate(message);
    return [];
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    expect(error.code).toBe("invalid_argument");
    for (const { description } of error.violations) expect(description).toMatch(/^(must|is)\b/);
    return error.violations.map(({ field }) => field);
  }
};

type Fields = Parameters<typeof create<typeof EvaluateRequestSchema>>[1];
const faultsOf = (fields: Fields) =>
  faults(evaluate, create(EvaluateRequestSchema, { action: "login", ...fields }));

describe("what passes, to the last character", () => {
  test.each<[string, Fields]>([
    ["nothing but an action", {}],
    ["an action of 64", { action: `a${"-".repeat(63)}` }],
    ["a user of 256 characters outside the basic plane", { user: "𝄞".repeat(256) }],
    ["64 hashes", { fingerprint: Array(64).fill("h") }],
    ["16 KiB of hashes", { fingerprint: Array(4).fill("x".repeat(4096)) }],
    ["an e-mail with a plus and a dash", { email: "a.b+c@sub-domain.example" }],
    ["phones as people write them", { phone: "+47 (911) 22-334/5" }],
    ["metadata of 8 KiB", { metadata: { text: "x".repeat(8_181) } }],
    ["IPv6", { ip: "2001:db8::ffff:1.2.3.4" }],
  ])("%s", (_, fields) => {
    expect(faultsOf(fields)).toEqual([]);
  });
});

describe("what does not", () => {
  test.each<[string, Fields, string]>([
    ["a user of 257 such characters", { user: "𝄞".repeat(257) }, "user"],
    ["a control character", { user: "a\u0085b" }, "user"],
    ["metadata of 8 KiB and a byte", { metadata: { text: "x".repeat(8_182) } }, "metadata"],
    ["an infinite number", { metadata: { n: Number.POSITIVE_INFINITY } }, "metadata"],
    ["half a pair in a key", { metadata: { "\ud800": 1 } }, "metadata"],
    ["a phone of 21 digits", { phone: "1".repeat(21) }, "phone"],
    ["an e-mail of two", { email: "a@b@c" }, "email"],
    ["a zone", { ip: "fe80::1%1" }, "ip"],
    ["an unknown number for a word", { outcome: 7 as Outcome }, "outcome"],
  ])("%s", (_, fields, field) => {
    expect(faultsOf(fields)).toEqual([field]);
  });

  test("an action that is missing", () => {
    expect(faults(evaluate, create(EvaluateRequestSchema, { user: "u" }))).toEqual(["action"]);
  });

  test("an entry is named by its place", () => {
    expect(faultsOf({ fingerprint: ["ok", "\0", "ok", "\ud800"] })).toEqual([
      "fingerprint[1]",
      "fingerprint[3]",
    ]);
  });
});

test.each(["123456", "000000"])("%s is a code", (code) => {
  const challengeId = "01890A5D-ac96-774b-bcce-b302099a8057";
  expect(faults(verify, create(VerifyChallengeRequestSchema, { challengeId, code }))).toEqual([]);
});

test.each(["12345", "1234567", "12345a", " 12345", "１２３４５６", "-12345", "1e5000"])(
  "%s is none",
  (code) => {
    const challengeId = "01890a5d-ac96-774b-bcce-b302099a8057";
    expect(faults(verify, create(VerifyChallengeRequestSchema, { challengeId, code }))).toEqual(["code"]);
  },
);

test.each([
  [undefined, undefined, []],
  [1, 100, []],
  [0, 101, ["page", "limit"]],
  [-1, 0, ["page", "limit"]],
  [10_001, 1, ["page"]],
])("page %j of %j", (page, limit, fields) => {
  const given = { ...(page === undefined ? {} : { page }), ...(limit === undefined ? {} : { limit }) };
  expect(faults(list, create(ListChallengesRequestSchema, given))).toEqual(fields);
});
