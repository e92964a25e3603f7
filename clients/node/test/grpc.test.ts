import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { ServiceError } from "@grpc/grpc-js";
import { Metadata } from "@grpc/grpc-js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TestClock } from "../../../test/server/test-clock.js";
import { startTestServer, type TestServer } from "../../../test/server/test-server.js";
import {
  ChallengeStatus,
  createGrpcClients,
  EvaluateRequest,
  type EvaluateResponse,
  type GrpcClients,
  grpcErrorOf,
  SendChallengeRequest,
  Verdict,
} from "../src/grpc.js";
import type { RuptError } from "../src/index.js";

const certFile = fileURLToPath(new URL("localhost.cert.pem", import.meta.url));
const keyFile = fileURLToPath(new URL("localhost.key.pem", import.meta.url));
const variants = [
  { name: "in clear", env: {}, tls: false },
  {
    name: "over TLS",
    env: { TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile },
    tls: { ca: readFileSync(certFile) },
  },
] as const;

function evaluate(clients: GrpcClients, request: Partial<EvaluateRequest>, metadata = new Metadata()) {
  return new Promise<EvaluateResponse>((resolve, reject) =>
    clients.evaluations.evaluate(EvaluateRequest.fromPartial(request), metadata, (error, response) =>
      error === null ? resolve(response) : reject(error),
    ),
  );
}

async function failure(call: Promise<unknown>): Promise<RuptError> {
  const error = await call.then(
    () => undefined,
    (thrown: ServiceError) => thrown,
  );
  if (error === undefined) throw new Error("it did not fail");
  return grpcErrorOf(error);
}

describe.each(variants)("generated clients over grpc-js, $name", ({ env, tls }) => {
  let server: TestServer<TestClock>;
  let clients: GrpcClients;
  beforeAll(async () => {
    server = await startTestServer({ env });
    clients = createGrpcClients(server.grpcTarget, server.secret, {
      tls,
      // The certificate is for a name; names of addresses are no names.
      channel: { "grpc.ssl_target_name_override": "localhost" },
    });
  });
  afterAll(async () => {
    clients.close();
    await server.stop();
  });

  test("evaluate, send, verify, complete", async () => {
    const email = "ann@example.com";
    const known = { action: "login", user: "u1", fingerprint: ["laptop"], ip: "84.208.20.110", email };
    expect((await evaluate(clients, known)).verdict).toBe(Verdict.VERDICT_ALLOW);
    const { verdict, challengeId = "" } = await evaluate(clients, {
      ...known,
      fingerprint: ["phone"],
      ip: "8.8.8.8",
    });
    expect(verdict).toBe(Verdict.VERDICT_CHALLENGE);

    const send = promisify(clients.challenges.sendChallenge.bind(clients.challenges));
    const verify = promisify(clients.challenges.verifyChallenge.bind(clients.challenges));
    const complete = promisify(clients.challenges.completeChallenge.bind(clients.challenges));
    await send(SendChallengeRequest.fromPartial({ challengeId }));
    expect(await verify({ challengeId, code: server.codeFor(email) })).toMatchObject({
      success: true,
      status: ChallengeStatus.CHALLENGE_STATUS_VERIFIED,
    });
    expect(await complete({ challengeId })).toEqual({ success: true });
  });

  test("errors carry reason, request id and fields", async () => {
    const error = await failure(evaluate(clients, { action: "Log In", user: "u" }));
    expect(error).toMatchObject({ code: "invalid_argument", reason: "invalid_field", retryable: false });
    expect(error.details).toEqual([{ field: "action", description: expect.any(String) }]);
    expect(error.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  test("a wrong secret", async () => {
    const stranger = createGrpcClients(server.grpcTarget, "not-the-secret-of-anybody-0123456789", {
      tls,
      channel: { "grpc.ssl_target_name_override": "localhost" },
    });
    try {
      expect(await failure(evaluate(stranger, { action: "login", user: "u" }))).toMatchObject({
        code: "unauthenticated",
        reason: "wrong_secret",
      });
    } finally {
      stranger.close();
    }
  });
});

describe("standing rules", () => {
  let server: TestServer<TestClock>;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.stop());

  test("a call without a deadline gets one", async () => {
    const clients = createGrpcClients("192.0.2.1:50051", "secret", { tls: false, timeoutMs: 50 });
    try {
      expect(await failure(evaluate(clients, { action: "login", user: "u" }))).toMatchObject({
        code: "deadline_exceeded",
        reason: "timed_out",
        retryable: true,
      });
    } finally {
      clients.close();
    }
  });

  test("a call may bring an idempotency key", async () => {
    const clients = createGrpcClients(server.grpcTarget, server.secret, { tls: false });
    const metadata = () => {
      const own = new Metadata();
      own.set("idempotency-key", "mine");
      return own;
    };
    try {
      const first = await evaluate(clients, { action: "login", user: "idem" }, metadata());
      const again = await evaluate(clients, { action: "login", user: "idem" }, metadata());
      const fresh = await evaluate(clients, { action: "login", user: "idem" });
      expect(again.evaluationId).toBe(first.evaluationId);
      expect(fresh.evaluationId).not.toBe(first.evaluationId);
    } finally {
      clients.close();
    }
  });

  test("TLS is the default: the secret does not travel in clear unasked", async () => {
    const clients = createGrpcClients(server.grpcTarget, server.secret, { timeoutMs: 2_000 });
    try {
      expect((await failure(evaluate(clients, { action: "login", user: "u" }))).code).toMatch(
        /unavailable|deadline_exceeded/,
      );
    } finally {
      clients.close();
    }
  });
});
