import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { Client, credentials, Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EvaluateRequestSchema, EvaluateResponseSchema } from "../../gen/es/rupt/v2/evaluation_service_pb.js";
import { Verdict } from "../../gen/es/rupt/v2/risk_pb.js";
import type { TestClock } from "../server/test-clock.js";
import { startTestServer, type TestServer } from "../server/test-server.js";
import { expectError } from "./expect-error.js";

/** Looks into metadata in every way that a policy can, and must not fall over whatever is there. */
const curious = `
rules:
  - name: pro
    when: has(metadata.plan) && metadata.plan == "pro"
    verdict: deny
  - name: rich
    when: has(metadata.amount) && metadata.amount > 1e300
    verdict: restrict
    restrictions: [payout]
  - name: odd
    when: '"__proto__" in metadata || metadata.exists(key, key.startsWith("constructor"))'
    verdict: challenge
  - name: crowded
    when: metadata.size() > 600
    verdict: challenge_and_restrict
    restrictions: [payout]
`;

let server: TestServer<TestClock>;
let grpc: Client;
let users = 0;
beforeAll(async () => {
  server = await startTestServer();
  const { body } = await server.post("/v2/policies", { source: curious });
  expect(body.version, JSON.stringify(body)).toBeGreaterThan(0);
  await server.post(`/v2/policies/${body.version}/activate`);
  server.clock.advance({ seconds: 1 });
  grpc = new Client(server.grpcTarget, credentials.createInsecure());
});
afterAll(async () => {
  grpc.close();
  await server.stop();
});

const nested = (levels: number): string => (levels === 0 ? "1" : `{"in":${nested(levels - 1)}}`);
const list = (levels: number): string => `{"in":${"[".repeat(levels)}1${"]".repeat(levels)}}`;
const keys = (count: number, name: (n: number) => string = String) =>
  `{${Array.from({ length: count }, (_, n) => `${JSON.stringify(name(n))}:1`).join(",")}}`;

/** JSON as its caller wrote it, and the verdict of the policy above, or of the default where that fails. */
const taken: readonly (readonly [name: string, json: string, verdict: string])[] = [
  ["nothing in it", "{}", "allow"],
  ["all kinds of values", '{"a":null,"b":true,"c":-0.5,"d":"","e":[],"f":{},"g":[[{"h":[1]}]]}', "allow"],
  ["32 levels", nested(32), "allow"],
  ["lists in lists", list(31), "allow"],
  ["a thousand keys", keys(1_000), "challenge_and_restrict"],
  ["the key __proto__", '{"__proto__":{"plan":"pro"}}', "challenge"],
  ["the key __proto__, deep", '{"a":[{"__proto__":{"plan":"pro"}}]}', "allow"],
  [
    "constructor, toString, hasOwnProperty",
    '{"constructor":{"prototype":{"plan":"pro"}},"toString":1,"hasOwnProperty":2}',
    "challenge",
  ],
  ["then, as if it were a promise", '{"then":"x","toJSON":"y","valueOf":3}', "allow"],
  ["an empty key", '{"":1}', "allow"],
  ["keys of spaces, quotes and line ends", '{" ":1,"\\"":2,"\\n":3,"\\\\":4,"a.b":5,"a b":6}', "allow"],
  ["keys that look like numbers", '{"0":1,"-1":2,"1e5":3,"4294967296":4}', "allow"],
  ["text of every plane", '{"text":"ø € 𝒳 🏴‍☠️ \\u202e \\ufeff \\u200b"}', "allow"],
  ["the largest number", '{"amount":1.7976931348623157e308}', "restrict"],
  ["numbers beyond 2^53", '{"amount":9007199254740993,"n":-9007199254740993}', "allow"],
  ["the smallest number", '{"amount":5e-324,"small":-1e-320}', "allow"],
  ["a text where the policy wants a number", '{"amount":"1e999"}', "allow, by default"],
  ["a number where the policy wants a text", '{"plan":1}', "allow"],
  ["a list where the policy wants a text", '{"plan":["pro"]}', "allow"],
  ["null where the policy wants a text", '{"plan":null}', "allow"],
  [
    "what looks like CEL, SQL and a format",
    '{"plan":"pro\\" || true","q":"\'; drop table users; --","f":"%s%n{{x}}"}',
    "allow",
  ],
  ["what the policy asks for", '{"plan":"pro"}', "deny"],
];

/** The policy failed, said so, and the default decided. */
const byDefault = ", by default";

const refused: readonly (readonly [name: string, json: string])[] = [
  ["33 levels", nested(33)],
  ["33 lists", list(33)],
  ["10,000 keys", keys(10_000)],
  ["one huge key", keys(1, () => "k".repeat(9_000))],
  ["more than 8 KiB", `{"text":"${"x".repeat(9_000)}"}`],
  ["a NUL in a value", '{"a":"\\u0000"}'],
  ["a NUL in a key", '{"a\\u0000b":1}'],
  ["a NUL in a key, deep", '{"a":[{"b":{"\\u0000":1}}]}'],
];

/** What gRPC cannot say (protobuf's text is Unicode, and its metadata an object), or says below in its own way. */
const refusedByRest: readonly (readonly [name: string, json: string])[] = [
  ["3,000 levels", nested(3_000)],
  ["half a surrogate pair in a value", '{"a":"\\ud800"}'],
  ["half a surrogate pair in a key", '{"\\udfff":1}'],
  ["a number out of range", '{"n":1e999}'],
  ["a list", "[1]"],
  ["a text", '"{}"'],
  ["a number", "7"],
];

const attempt = () => {
  users += 1;
  return { action: "login", user: `hostile-${users}`, fingerprint: "h" };
};
/** With the metadata to the letter, which JSON.stringify would not keep. */
const restBody = (json: string) =>
  JSON.stringify({ ...attempt(), metadata: 0 }).replace('"metadata":0', `"metadata":${json}`);

// Structs are written by hand, so that no library of ours decides what arrives.
const varint = (value: number): Buffer =>
  value < 0x80 ? Buffer.of(value) : Buffer.concat([Buffer.of((value & 0x7f) | 0x80), varint(value >>> 7)]);
const field = (number: number, bytes: Buffer) =>
  Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
function valueBytes(value: unknown): Buffer {
  if (value === null) return Buffer.of(0x08, 0);
  if (typeof value === "boolean") return Buffer.of(0x20, value ? 1 : 0);
  if (typeof value === "number") {
    const bytes = Buffer.alloc(9, 0x11);
    bytes.writeDoubleLE(value, 1);
    return bytes;
  }
  if (typeof value === "string") return field(3, Buffer.from(value));
  if (Array.isArray(value)) return field(6, Buffer.concat(value.map((each) => field(1, valueBytes(each)))));
  return field(5, structBytes(value as object));
}
function structBytes(object: object): Buffer {
  return Buffer.concat(
    Object.entries(object).map(([key, value]) =>
      field(1, Buffer.concat([field(1, Buffer.from(key)), field(2, valueBytes(value))])),
    ),
  );
}

function overGrpc(struct: Buffer): Promise<Buffer> {
  const { action, user, fingerprint } = attempt();
  const request = toBinary(
    EvaluateRequestSchema,
    create(EvaluateRequestSchema, { action, user, fingerprint: [fingerprint] }),
  );
  const message = Buffer.concat([request, field(EvaluateRequestSchema.field.metadata.number, struct)]);
  const metadata = new Metadata();
  metadata.set("authorization", `Bearer ${server.secret}`);
  return new Promise((resolve, reject) => {
    grpc.makeUnaryRequest(
      "/rupt.v2.EvaluationService/Evaluate",
      (bytes: Buffer) => bytes,
      (bytes: Buffer) => bytes,
      message,
      metadata,
      (error: ServiceError | null, answer?: Buffer) =>
        error ? reject(error) : resolve(answer ?? Buffer.alloc(0)),
    );
  });
}

/** JSON without what JSON leaves open: the order of keys, and how numbers are written. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  return Object.entries(value)
    .map(([key, inner]) => [key, canonical(inner)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

describe("metadata that is within its limits", () => {
  test.each(taken)(
    "%s: over REST it is judged by the policy, echoed and kept to the letter",
    async (_, json, verdict) => {
      const { status: code, body } = await server.post("/v2/evaluate", restBody(json));
      expect(code, JSON.stringify(body)).toBe(200);
      expect({
        verdict: body.verdict,
        failed: body.signals.some(({ reason }: { reason: string }) => reason === "policy_failed"),
      }).toEqual({
        verdict: verdict.replace(byDefault, ""),
        failed: verdict.endsWith(byDefault),
      });
      const kept = (await server.get(`/v2/evaluations/${body.evaluation_id}`)).body;
      for (const { metadata } of [body, kept])
        expect(canonical(metadata)).toEqual(canonical(JSON.parse(json)));
    },
  );

  test.each(taken.filter(([, json]) => !json.includes("__proto__")))(
    "%s: over gRPC it is judged alike and kept alike",
    async (_, json, verdict) => {
      const answer = fromBinary(EvaluateResponseSchema, await overGrpc(structBytes(JSON.parse(json))));
      expect(Verdict[answer.verdict]?.toLowerCase()).toBe(verdict.replace(byDefault, ""));
      const kept = (await server.get(`/v2/evaluations/${answer.evaluationId}`)).body;
      expect(canonical(kept.metadata)).toEqual(canonical(JSON.parse(json)));
    },
  );

  test("the key __proto__ over gRPC: the protobuf runtime leaves it out, and nothing takes it for a prototype", async () => {
    const json = JSON.parse('{"__proto__":{"plan":"pro"},"a":[{"__proto__":{"plan":"pro"},"b":1}]}');
    const answer = fromBinary(EvaluateResponseSchema, await overGrpc(structBytes(json)));
    expect(answer.verdict).toBe(Verdict.ALLOW);
    const kept = (await server.get(`/v2/evaluations/${answer.evaluationId}`)).body;
    expect(kept.metadata).toEqual({ a: [{ b: 1 }] });
  });
});

describe("metadata beyond its limits", () => {
  test.each([...refused, ...refusedByRest])("%s is refused over REST", async (_, json) => {
    const answer = await server.post("/v2/evaluate", restBody(json));
    if (answer.status === 413) expectError(answer, 413, "resource_exhausted", "body_too_large");
    else expectError(answer, 400, "invalid_argument", "invalid_field");
  });

  test.each(refused)("%s is refused over gRPC", async (_, json) => {
    const refusal = await overGrpc(structBytes(JSON.parse(json))).catch((error: ServiceError) => error);
    expect([status.INVALID_ARGUMENT, status.RESOURCE_EXHAUSTED]).toContain("code" in refusal && refusal.code);
  });

  test("3,000 levels are refused over gRPC", async () => {
    let value = valueBytes(1);
    for (let level = 0; level < 3_000; level++)
      value = field(5, field(1, Buffer.concat([field(1, Buffer.from("i")), field(2, value)])));
    await expect(
      overGrpc(field(1, Buffer.concat([field(1, Buffer.from("i")), field(2, value)]))),
    ).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
    });
  });

  test.each([
    ["a number that is none", structBytes({ n: Number.NaN })],
    ["an infinite number", structBytes({ n: Number.NEGATIVE_INFINITY })],
    [
      "a key that is no UTF-8",
      field(1, Buffer.concat([field(1, Buffer.of(0xff, 0xfe)), field(2, valueBytes(1))])),
    ],
    ["bytes that end too early", Buffer.of(0x0a, 0x50, 0x01)],
  ])("%s, which only gRPC can say, is refused", async (_, struct) => {
    await expect(overGrpc(struct)).rejects.toMatchObject({ code: status.INVALID_ARGUMENT });
  });

  test("afterwards no object has got anything from it, and the server goes on", async () => {
    expect(({} as Record<string, unknown>).plan).toBeUndefined();
    expect(
      (await server.post("/v2/evaluate", { ...attempt(), metadata: { plan: "free" } })).body.verdict,
    ).toBe("allow");
  });
});
