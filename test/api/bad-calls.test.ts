import { brotliCompressSync, gzipSync } from "node:zlib";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { anyUnpack } from "@bufbuild/protobuf/wkt";
import { Code, createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-web";
import { Client, credentials, Metadata, type ServiceError } from "@grpc/grpc-js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BadRequestSchema, ErrorInfoSchema } from "../../gen/es/google/rpc/error_details_pb.js";
import { StatusSchema } from "../../gen/es/google/rpc/status_pb.js";
import { ChallengeService } from "../../gen/es/rupt/v2/challenge_service_pb.js";
import { EvaluateRequestSchema, EvaluationService } from "../../gen/es/rupt/v2/evaluation_service_pb.js";
import { newId } from "../../server/ids.js";
import type { TestClock } from "../server/test-clock.js";
import { startTestServer, type TestServer } from "../server/test-server.js";
import { errorInfosOf, refusal, rowCounts } from "./expect-error.js";
import { protocols } from "./protocols.js";

let server: TestServer<TestClock>;
let before: unknown;
let grpc: Client;
beforeAll(async () => {
  server = await startTestServer();
  grpc = new Client(server.grpcTarget, credentials.createInsecure(), {
    "grpc.max_send_message_length": -1,
  });
  before = await rowCounts(server);
});
afterAll(async () => {
  grpc.close();
  await server.stop();
});

const attempt = { action: "login", user: "u", ip: "84.208.20.110" };

const transports = {
  "Connect JSON": () => createConnectTransport({ baseUrl: server.baseUrl }),
  "Connect binary": () => createConnectTransport({ baseUrl: server.baseUrl, useBinaryFormat: true }),
  "gRPC-Web": () => createGrpcWebTransport({ baseUrl: server.baseUrl }),
};

/** A gRPC call with bytes of whatever kind. */
function callGrpc(
  bytes: Buffer,
  { path = "/rupt.v2.EvaluationService/Evaluate", secret = server.secret, extra = {} } = {},
): Promise<ServiceError> {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries({ authorization: `Bearer ${secret}`, ...extra }))
    metadata.set(name, value);
  const same = (value: Buffer) => value;
  return new Promise((resolve, reject) => {
    grpc.makeUnaryRequest(path, same, same, bytes, metadata, (error) =>
      error ? resolve(error) : reject(new Error("the call was not refused")),
    );
  });
}

const message = (fields: object) =>
  Buffer.from(toBinary(EvaluateRequestSchema, create(EvaluateRequestSchema, { ...attempt, ...fields })));

describe.each(Object.entries(transports))("%s", (_, transportOf) => {
  const evaluate = (fields: object, headers: Record<string, string> = {}) =>
    refusal(
      createClient(EvaluationService, transportOf()).evaluate(
        { ...attempt, ...fields },
        { headers: { authorization: `Bearer ${server.secret}`, ...headers } },
      ),
    );

  test("a refused field is named in the details", async () => {
    const error = await evaluate({ ip: "300.1.1.1", email: "nobody" });
    expect(error.code).toBe(Code.InvalidArgument);
    expect(error.findDetails(ErrorInfoSchema)[0]).toMatchObject({ reason: "invalid_field", domain: "rupt" });
    const [details] = error.findDetails(BadRequestSchema);
    expect(details?.fieldViolations.map(({ field }) => field)).toEqual(["ip", "email"]);
    expect(error.metadata.get("x-request-id")).toMatch(/^[A-Za-z0-9._-]{8,64}$/);
  });

  test.each([
    ["a NUL in the user", { user: "a\0b" }, "user"],
    ["65 hashes", { fingerprint: Array(65).fill("h") }, "fingerprint"],
    ["an outcome that does not exist", { outcome: 99 }, "outcome"],
    ["metadata above 8 KiB", { metadata: { text: "x".repeat(8_200) } }, "metadata"],
    ["metadata of 33 levels", { metadata: nested(33) }, "metadata"],
    ["an empty user", { user: "" }, "user"],
  ])("%s", async (name, fields, field) => {
    // The JSON of the protos has no way to write an enum value that does not exist: the call fails before it is sent.
    if (name.includes("outcome") && transportOf === transports["Connect JSON"]) return;
    const error = await evaluate(fields);
    expect(error.code).toBe(Code.InvalidArgument);
    const [details] = error.findDetails(BadRequestSchema);
    expect(details?.fieldViolations.map((violation) => violation.field)).toEqual([field]);
  });

  test("no secret and a wrong one", async () => {
    const wrong = await evaluate({}, { authorization: "Bearer no" });
    expect(wrong.code).toBe(Code.Unauthenticated);
    expect(wrong.findDetails(ErrorInfoSchema)[0]?.reason).toBe("wrong_secret");
    const none = await refusal(createClient(EvaluationService, transportOf()).evaluate(attempt));
    expect(none.findDetails(ErrorInfoSchema)[0]?.reason).toBe("missing_secret");
  });

  test("an id that is unknown, and one that is none", async () => {
    const client = createClient(ChallengeService, transportOf());
    const headers = { authorization: `Bearer ${server.secret}` };
    const challengeId = "01890a5d-ac96-774b-bcce-b302099a8057";
    const unknown = await refusal(client.verifyChallenge({ challengeId, code: "123456" }, { headers }));
    expect(unknown.code).toBe(Code.NotFound);
    expect((await refusal(client.completeChallenge({ challengeId: "x" }, { headers }))).code).toBe(
      Code.InvalidArgument,
    );
    expect((await refusal(client.verifyChallenge({ challengeId, code: "abcdef" }, { headers }))).code).toBe(
      Code.InvalidArgument,
    );
  });

  test("a message above 64 KiB", async () => {
    const error = await evaluate({ userAgent: "x".repeat(70_000) });
    expect(error.code).toBe(Code.ResourceExhausted);
  });
});

function nested(levels: number): { in: unknown } {
  return { in: levels === 1 ? 1 : nested(levels - 1) };
}

/** Bytes that no protocol that takes messages can decode. */
const undecodable: readonly [string, () => Buffer][] = [
  ["bytes that are no message", () => Buffer.from([0xff, 0xff, 0xff])],
  ["a string that is not UTF-8", () => Buffer.from([0x12, 0x02, 0xff, 0xfe])],
  ["a length beyond the end", () => Buffer.from([0x12, 0x7f, 0x61])],
  ["metadata of 4,000 levels", () => deepMetadata(4_000)],
];

describe("Connect, by hand", () => {
  const post = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
    fetch(`${server.baseUrl}/rupt.v2.EvaluationService/Evaluate`, {
      method: "POST",
      headers: { authorization: `Bearer ${server.secret}`, "content-type": "application/json", ...headers },
      body,
    });

  /** What is said of a request that cannot be decoded. */
  async function refusedAsMalformed(answer: Response): Promise<string> {
    expect(answer.status).toBe(400);
    expect(answer.headers.get("x-request-id")).toMatch(/^\S{8,}$/);
    const error = (await answer.json()) as { code: string; message: string; details: { value: string }[] };
    expect(error.code).toBe("invalid_argument");
    const [info] = error.details.map(({ value }) =>
      fromBinary(ErrorInfoSchema, Buffer.from(value, "base64")),
    );
    expect(info?.reason).toBe("malformed_body");
    return error.message;
  }
  const noMessage = "The request is not the message that this method takes";

  test.each([
    ["broken JSON", '{"action":', `${noMessage}.`],
    ["nothing", "", `${noMessage}.`],
    ["a list", "[]", `${noMessage}.`],
    [
      "a wrong type",
      '{"action":"login","email":"ann@example.com","phone":[1]}',
      `${noMessage}: phone, expected string.`,
    ],
    ["a wrong type in a list", '{"fingerprint":"ann"}', `${noMessage}: fingerprint, expected Array.`],
    ["60,000 brackets", `{"metadata":${"[".repeat(60_000)}`, `${noMessage}.`],
    [
      "metadata of 5,000 levels",
      `{"metadata":${'{"a":'.repeat(5_000)}1${"}".repeat(5_001)}`,
      `${noMessage}.`,
    ],
  ])("%s is the caller's fault", async (_, body, message) => {
    expect(await refusedAsMalformed(await post(body))).toBe(message);
  });

  test.each([
    ["evaluate", "EvaluationService/Evaluate", "outcome", "failed", "OUTCOME_SUCCEEDED, OUTCOME_FAILED"],
    ["evaluate", "EvaluationService/Evaluate", "outcome", "OUTCOME_WON", "OUTCOME_SUCCEEDED, OUTCOME_FAILED"],
    ["send", "ChallengeService/SendChallenge", "channel", "pigeon", "CHANNEL_EMAIL, CHANNEL_SMS"],
  ])("%s: a word that an enum does not have is not taken for none", async (_, path, field, word, words) => {
    const before = await rowCounts(server);
    const answer = await fetch(`${server.baseUrl}/rupt.v2.${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${server.secret}`, "content-type": "application/json" },
      body: JSON.stringify({ action: "login", user: "ann", challengeId: newId(Date.now()), [field]: word }),
    });
    expect(answer.status).toBe(400);
    const error = (await answer.json()) as { message: string };
    expect(error.message).toBe(`${field}: must be one of: ${words}.`);
    expect(await rowCounts(server)).toEqual(before);
  });

  test.each([
    ["gzipped", gzipSync, { "content-encoding": "gzip" }],
    ["by Brotli", brotliCompressSync, { "content-encoding": "br" }],
    ["with a character set", (json: string) => json, { "content-type": "application/json; charset=utf-8" }],
    ["with a type in capitals", (json: string) => json, { "content-type": "Application/JSON" }],
  ] as const)("nor is it %s", async (_, encode, headers) => {
    const body = encode(JSON.stringify({ action: "login", user: "ann", outcome: "failed" }));
    const answer = await post(typeof body === "string" ? body : new Uint8Array(body), headers);
    expect(answer.status).toBe(400);
    expect(((await answer.json()) as { message: string }).message).toMatch(/^outcome: must be one of/);
  });

  test.each(undecodable)("%s", async (_, bytes) => {
    for (const [body, encoding] of [
      [bytes(), {}],
      [gzipSync(bytes()), { "content-encoding": "gzip" }],
    ] as const) {
      const answer = await post(new Uint8Array(body), { "content-type": "application/proto", ...encoding });
      expect(await refusedAsMalformed(answer)).toBe(`${noMessage}.`);
    }
  });

  test("whoever has no secret is not told whether the bytes are a message", async () => {
    const headers = { "content-type": "application/proto", authorization: "Bearer no" };
    expect((await post(new Uint8Array([0xff, 0xff, 0xff]), headers)).status).toBe(401);
    expect((await post("{", { authorization: "Bearer no" })).status).toBe(401);
  });

  test("a deadline that is no number is refused as before", async () => {
    const answer = await post("{", { "connect-timeout-ms": "soon" });
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([
      400,
      "invalid_argument",
    ]);
  });

  test("too large, and a message in bytes", async () => {
    const headers = { "content-type": "application/proto" };
    expect((await post(new Uint8Array(70_000), headers)).status).toBe(429);
    const answer = await post(new Uint8Array(message({ action: "login", user: "" })), headers);
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([
      400,
      "invalid_argument",
    ]);
  });

  test("other methods and types", async () => {
    expect((await post("x", { "content-type": "text/plain" })).status).toBe(415);
    const got = await fetch(`${server.baseUrl}/rupt.v2.EvaluationService/Evaluate`);
    expect(got.status).toBe(405);
    const unknown = await fetch(`${server.baseUrl}/rupt.v2.EvaluationService/Nothing`, { method: "POST" });
    expect(unknown.status).toBe(404);
  });
});

describe("gRPC-Web, by hand", () => {
  /** POSTs one message in its envelope; answers the trailers, which an error has for its body. */
  async function callGrpcWeb(
    bytes: Buffer,
    { secret = server.secret, format = "proto", compressed = false } = {},
  ): Promise<string> {
    const envelope = Buffer.from([compressed ? 1 : 0, 0, 0, 0, 0]);
    envelope.writeUInt32BE(bytes.length, 1);
    const answer = await fetch(`${server.baseUrl}/rupt.v2.EvaluationService/Evaluate`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${secret}`,
        "content-type": `application/grpc-web+${format}`,
        "grpc-encoding": "gzip",
      },
      body: new Uint8Array(Buffer.concat([envelope, bytes])),
    });
    expect(answer.status).toBe(200);
    return `${Buffer.from(await answer.arrayBuffer()).toString("latin1")}\r\n`;
  }
  const reasonsIn = (trailers: string) => {
    const [, details = ""] = /grpc-status-details-bin: *(\S+)/i.exec(trailers) ?? [];
    const status = fromBinary(StatusSchema, Buffer.from(details, "base64"));
    return status.details.flatMap((detail) => anyUnpack(detail, ErrorInfoSchema)?.reason ?? []);
  };
  const statusIn = (trailers: string) => Number(/grpc-status: *(\d+)/i.exec(trailers)?.[1]);

  test.each(undecodable)("%s", async (_, bytes) => {
    const trailers = await callGrpcWeb(bytes());
    expect(statusIn(trailers)).toBe(Code.InvalidArgument);
    expect(reasonsIn(trailers)).toEqual(["malformed_body"]);
  });

  test.each([
    ["JSON that is no message", '{"action":1}', "malformed_body"],
    [
      "a word that an enum does not have",
      '{"action":"login","user":"ann","outcome":"failed"}',
      "invalid_field",
    ],
  ])("%s", async (_, json, reason) => {
    for (const compressed of [false, true]) {
      const bytes = compressed ? gzipSync(json) : Buffer.from(json);
      expect(reasonsIn(await callGrpcWeb(bytes, { format: "json", compressed }))).toEqual([reason]);
    }
  });

  test("too large, without a secret, refused by a limit", async () => {
    expect(statusIn(await callGrpcWeb(Buffer.alloc(70_000)))).toBe(Code.ResourceExhausted);
    expect(statusIn(await callGrpcWeb(Buffer.from([0xff, 0xff, 0xff]), { secret: "no" }))).toBe(
      Code.Unauthenticated,
    );
    expect(statusIn(await callGrpcWeb(message({ ip: "nowhere" })))).toBe(Code.InvalidArgument);
  });
});

describe("gRPC, by hand", () => {
  test("a refused field comes with its details", async () => {
    const error = await callGrpc(message({ ip: "nowhere" }));
    expect(error.code).toBe(Code.InvalidArgument);
    expect(error.metadata.get("grpc-status-details-bin")).toHaveLength(1);
    expect(error.metadata.get("x-request-id")).toHaveLength(1);
  });

  test.each(undecodable)("%s", async (_, bytes) => {
    const error = await callGrpc(bytes());
    expect(error.code).toBe(Code.InvalidArgument);
    expect(errorInfosOf(error.metadata).map((info) => info?.reason)).toEqual(["malformed_body"]);
    expect(error.metadata.get("x-request-id")).toHaveLength(1);
    expect(error.message).not.toMatch(/node_modules|\bat .+:\d+:\d+/);
  });

  test("whoever has no secret is not told whether the bytes are a message", async () => {
    expect((await callGrpc(Buffer.from([0xff, 0xff, 0xff]), { secret: "no" })).code).toBe(
      Code.Unauthenticated,
    );
  });

  test("too large, not allowed, not there", async () => {
    expect((await callGrpc(Buffer.alloc(70_000))).code).toBe(Code.ResourceExhausted);
    expect((await callGrpc(message({}), { secret: "no" })).code).toBe(Code.Unauthenticated);
    expect((await callGrpc(message({}), { path: "/rupt.v2.EvaluationService/Nothing" })).code).toBe(
      Code.Unimplemented,
    );
    const key = { "idempotency-key": "k".repeat(256) };
    expect((await callGrpc(message({}), { extra: key })).code).toBe(Code.InvalidArgument);
  });
});

/** A metadata field, nested so deep that a reader that calls itself would run out of stack. */
function deepMetadata(levels: number): Buffer {
  const field = (number: number, body: Buffer) => {
    const length: number[] = [];
    for (let rest = body.length; ; rest >>= 7) {
      length.push(rest > 127 ? (rest & 127) | 128 : rest);
      if (rest <= 127) break;
    }
    return Buffer.concat([Buffer.from([(number << 3) | 2, ...length]), body]);
  };
  let value: Buffer = Buffer.alloc(0);
  for (let level = 0; level < levels; level++) value = field(6, field(1, value));
  const entry = Buffer.concat([field(1, Buffer.from("a")), field(2, value)]);
  return field(8, field(1, entry));
}

test("none of these calls was recorded", async () => {
  expect(await rowCounts(server)).toEqual(before);
});

const polluting = JSON.parse(
  '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":"x","hasOwnProperty":1}',
) as object;

test.each(Object.entries(protocols))(
  "keys of prototypes are keys like any other over %s",
  async (_, evaluate) => {
    const metadata = JSON.parse(JSON.stringify(polluting));
    const answer = await evaluate(server, server.secret, { ...attempt, metadata });
    expect(JSON.stringify(answer.metadata)).toContain("constructor");
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect((answer.metadata as Record<string, unknown>).polluted).toBeUndefined();
  },
);

test("keys of prototypes in the body are unknown fields", async () => {
  const body = `{"__proto__":{"user":"x"},"constructor":1,"action":"login","user":"u"}`;
  expect((await server.post("/v2/evaluate", body)).body.verdict).toBe("allow");
  const without = await server.post("/v2/evaluate", '{"__proto__":{"user":"x"},"action":"login"}');
  expect(without.body.details).toEqual([{ field: "user", description: expect.any(String) }]);
});
