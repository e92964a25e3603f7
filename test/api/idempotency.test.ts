import { credentials, Metadata } from "@grpc/grpc-js";
import { afterAll, beforeAll, expect, test } from "vitest";
import { EvaluateRequest, EvaluationServiceClient } from "../../gen/grpc-js/rupt/v2/evaluation_service.js";
import type { TestClock } from "../server/test-clock.js";
import { startTestServer, type TestServer } from "../server/test-server.js";
import { expectError } from "./expect-error.js";

let server: TestServer<TestClock>;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const attempt = {
  action: "login",
  user: "i1",
  fingerprint: ["print"],
  ip: "84.208.20.110",
  email: "ann@example.com",
  metadata: { order: { b: 1, a: [true, null] } },
};

const evaluate = (key: string, change: object = {}) =>
  server.post("/v2/evaluate", { ...attempt, ...change }, { "idempotency-key": key });

const total = async (user: string) => (await server.get(`/v2/evaluations?user=${user}`)).body.total;

test("the same key and request give the same evaluation, over REST, Connect and gRPC", async () => {
  const first = await evaluate("key-1");
  expect((await evaluate("key-1")).body).toEqual(first.body);
  expect((await evaluate("key-1", { fingerprint: "print" })).body).toEqual(first.body);

  const connect = await fetch(`${server.baseUrl}/rupt.v2.EvaluationService/Evaluate`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${server.secret}`,
      "content-type": "application/json",
      "idempotency-key": "key-1",
    },
    body: JSON.stringify(attempt),
  });
  expect(((await connect.json()) as { evaluationId: string }).evaluationId).toBe(first.body.evaluation_id);

  const client = new EvaluationServiceClient(server.grpcTarget, credentials.createInsecure());
  const metadata = new Metadata();
  metadata.set("authorization", `Bearer ${server.secret}`);
  metadata.set("idempotency-key", "key-1");
  const over = await new Promise<string>((resolve, reject) => {
    client.evaluate(EvaluateRequest.fromPartial(attempt), metadata, (error, answer) =>
      error ? reject(error) : resolve(answer.evaluationId),
    );
  });
  client.close();
  expect(over).toBe(first.body.evaluation_id);
  expect(await total("i1")).toBe(1);
});

test("another request under the same key is refused, whatever differs", async () => {
  await evaluate("key-2", { user: "i2" });
  const others = [
    { user: "i3" },
    { user: "i2", ip: "84.208.20.111" },
    { user: "i2", outcome: "failed" },
    { user: "i2", metadata: { order: { b: 2, a: [true, null] } } },
    { user: "i2", fingerprint: ["print", "former"] },
    { user: "i2", email: undefined },
  ];
  for (const other of others) {
    expectError(await evaluate("key-2", other), 409, "already_exists", "idempotency_conflict");
  }
  expect(await total("i2")).toBe(1);
  expect(await total("i3")).toBe(0);
});

test("a repeated challenge is the same challenge, with a token that works", async () => {
  await evaluate("key-3a", { user: "i4" });
  const change = { user: "i4", fingerprint: "other", ip: "8.8.8.8" };
  const asked = await evaluate("key-3b", change);
  expect(asked.body.verdict).toBe("challenge");
  server.clock.advance({ minutes: 1 });
  expect((await evaluate("key-3b", change)).body).toEqual(asked.body);
  expect((await server.get("/v2/challenges")).body.data[0].status).toBe("created");
});

test("a key is a project's own, and lasts for 24 hours", async () => {
  const first = await evaluate("key-4", { user: "i5" });
  const other = await server.foundation.projects.create("other keys");
  const elsewhere = await server.post(
    "/v2/evaluate",
    { ...attempt, user: "i6" },
    {
      "idempotency-key": "key-4",
      authorization: `Bearer ${other.secret}`,
    },
  );
  expect(elsewhere.status).toBe(200);
  server.clock.advance({ hours: 23, minutes: 59, seconds: 59.999 });
  expect((await evaluate("key-4", { user: "i5" })).body.evaluation_id).toBe(first.body.evaluation_id);
  server.clock.advance({ seconds: 0.001 });
  expect((await evaluate("key-4", { user: "i5", ip: "8.8.8.8" })).status).toBe(200);
  expect(await total("i5")).toBe(2);
});

test("a call that was refused leaves its key free", async () => {
  expectError(await evaluate("key-5", { user: "" }), 400, "invalid_argument", "invalid_field");
  expect((await evaluate("key-5", { user: "i7" })).status).toBe(200);
});
