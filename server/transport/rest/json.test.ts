import { create } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { ListChallengesRequestSchema } from "../../../gen/es/rupt/v2/challenge_service_pb.js";
import {
  EvaluateRequestSchema,
  EvaluateResponseSchema,
  EvaluationSchema,
} from "../../../gen/es/rupt/v2/evaluation_service_pb.js";
import { Direction, Outcome, Reason, Verdict } from "../../../gen/es/rupt/v2/risk_pb.js";
import { AppError } from "../../errors.js";
import { compileJsonReader } from "./json-reader.js";
import { compileJsonWriter } from "./json-writer.js";

const read = compileJsonReader(EvaluateRequestSchema);
const readPage = compileJsonReader(ListChallengesRequestSchema);

const faults = (reader: typeof read, object: Record<string, unknown>) => {
  try {
    reader(object);
  } catch (error) {
    if (error instanceof AppError) return error.violations.map(({ field }) => field);
  }
  return undefined;
};

describe("the reader", () => {
  test.each<[unknown, readonly string[]]>([
    ["h", ["h"]],
    [["h"], ["h"]],
    [["h", null], ["h"]],
    [["h", true], ["h"]],
    [
      ["h", "last"],
      ["h", "last"],
    ],
    [[], []],
    [[null], []],
    [null, []],
    [undefined, []],
  ])("a fingerprint of %j", (fingerprint, hashes) => {
    expect(read({ fingerprint })).toMatchObject({ fingerprint: hashes });
  });

  test("words, names and instants", () => {
    const message = read({
      outcome: "failed",
      user_agent: "x",
      occurred_at: "2026-03-02T09:00:00.250+01:00",
    });
    expect(message).toMatchObject({
      outcome: Outcome.FAILED,
      userAgent: "x",
      occurredAt: { seconds: 1_772_438_400n, nanos: 250_000_000 },
    });
  });

  test("what is not known is ignored, also names that every object has", () => {
    const object = JSON.parse(
      '{"__proto__":{"user":"x"},"constructor":1,"userAgent":"x","version":2,"user":"u"}',
    );
    expect(read(object)).toMatchObject({ user: "u", userAgent: "" });
  });

  test.each<[Record<string, unknown>, readonly string[]]>([
    [{ user: 1, ip: [], metadata: "x" }, ["user", "ip", "metadata"]],
    [{ outcome: "FAILED" }, ["outcome"]],
    [{ outcome: "" }, ["outcome"]],
    [{ fingerprint: false }, ["fingerprint"]],
    [{ fingerprint: ["a", 1] }, ["fingerprint"]],
    [{ occurred_at: "yesterday" }, ["occurred_at"]],
    [{ occurred_at: "2026-13-01T00:00:00Z" }, ["occurred_at"]],
  ])("%j names its faults", (object, fields) => {
    expect(faults(read, object)).toEqual(fields);
  });

  test.each<[unknown, number | undefined]>([
    ["7", 7],
    [7, 7],
    ["-1", -1],
    ["1e3", undefined],
    ["", undefined],
    [1.5, undefined],
    [Number.NaN, undefined],
    ["99999999999", undefined],
    [true, undefined],
  ])("the page %j is %j", (page, number) => {
    if (number === undefined) expect(faults(readPage, { page })).toEqual(["page"]);
    else expect(readPage({ page })).toMatchObject({ page: number });
  });
});

describe("the writer", () => {
  test("short words, snake case, and only what is there", () => {
    const write = compileJsonWriter(EvaluateResponseSchema);
    const message = create(EvaluateResponseSchema, {
      verdict: Verdict.CHALLENGE_AND_RESTRICT,
      reasons: [Reason.NEW_DEVICE, Reason.NEW_IP],
      evaluationId: "id",
      metadata: { camelCase: null, list: [1, "x"] },
      signals: [
        { reason: Reason.NEW_IP, direction: Direction.RISK, evidence: { seen_count: 1 }, message: "m" },
      ],
    });
    const json = write(message);
    expect(json).not.toHaveProperty("challenge_id");
    expect(json).toMatchObject({
      verdict: "challenge_and_restrict",
      reasons: ["new_device", "new_ip"],
      evaluation_id: "id",
      score: 0,
      metadata: { camelCase: null, list: [1, "x"] },
      signals: [
        { reason: "new_ip", direction: "risk", weight: 0, evidence: { seen_count: 1 }, message: "m" },
      ],
    });
  });

  test("instants, and words that say nothing are left out", () => {
    const write = compileJsonWriter(EvaluationSchema);
    const message = create(EvaluationSchema, { createdAt: { seconds: 1_772_438_400n, nanos: 250_000_000 } });
    const json = write(message) as Record<string, unknown>;
    expect(json.created_at).toBe("2026-03-02T08:00:00.250Z");
    expect(json).not.toHaveProperty("verdict");
    expect(json).not.toHaveProperty("user");
  });
});
