import { credentials, Metadata, type ServiceError } from "@grpc/grpc-js";
import { describe, expect, type TestContext, test } from "vitest";
import { EvaluateRequest, EvaluationServiceClient } from "../../gen/grpc-js/rupt/v2/evaluation_service.js";
import { expectError } from "../api/expect-error.js";
import { createMigratedDatabase } from "../postgres/migrated-database.js";
import type { TestClock } from "../server/test-clock.js";
import { type RestAnswer, rest, startTestServer, type TestServer } from "../server/test-server.js";
import { challenged, login } from "../server/user-calls.js";
import { openTcpProxy, type TcpProxy } from "./tcp-proxy.js";

/** A server that reaches its database through a proxy. */
interface Rig {
  readonly proxy: TcpProxy;
  readonly server: TestServer<TestClock>;
  readonly ready: () => Promise<RestAnswer>;
  /** Calls until the server has its database again. */
  readonly recovered: () => Promise<void>;
}

async function openRig({ onTestFinished }: TestContext): Promise<Rig> {
  const database = await createMigratedDatabase();
  onTestFinished(() => database.drop());
  const proxy = await openTcpProxy(database.url);
  onTestFinished(() => proxy.close());
  const server = await startTestServer({ databaseUrl: proxy.url });
  onTestFinished(() => server.stop());
  const ready = () => rest(`${server.baseUrl}/readyz`, {});
  return {
    proxy,
    server,
    ready,
    recovered: async () => {
      while ((await ready()).status !== 200);
    },
  };
}

// Side by side, as most of the time goes by in waiting for connections.
describe.concurrent("a server and its database", () => {
  test("a database that is gone: 503 with the time to wait, on every call; and back without a restart", async (context) => {
    const { proxy, server, ready, recovered } = await openRig(context);
    const challenge = await challenged(server, "g1");
    await challenge.send();
    const code = server.codeFor("g1@example.com");
    proxy.cut();
    const refused = await Promise.all([
      login(server, "g1"),
      challenge.send(),
      challenge.verify("000000"),
      challenge.complete(),
      challenge.get(),
      server.get("/v2/evaluations"),
      server.get("/v2/users/g1/devices"),
    ]);
    for (const answer of refused) {
      expectError(answer, 503, "unavailable", "database_unavailable");
      expect(answer.headers.get("retry-after")).toMatch(/^[1-9]\d*$/);
    }
    expect((await rest(`${server.baseUrl}/healthz`, {})).status).toBe(200);
    const { status, body } = await ready();
    expect([status, body.status, body.checks.database]).toEqual([503, "not_ready", "not reachable"]);
    expect(JSON.stringify(body)).not.toMatch(/postgres:\/\/|password|ECONN/i);

    proxy.mend();
    await recovered();
    expect((await login(server, "g1")).body.verdict).toBe("allow");
    // The refused tries were not counted: nothing had happened.
    expect((await challenge.get()).body.attempts_remaining).toBe(5);
    expect((await challenge.verify(code)).body.success).toBe(true);
  });

  test("the same over gRPC and Connect", async (context) => {
    const { proxy, server, recovered } = await openRig(context);
    proxy.cut();
    const client = new EvaluationServiceClient(server.grpcTarget, credentials.createInsecure());
    const metadata = new Metadata();
    metadata.set("authorization", `Bearer ${server.secret}`);
    const error = await new Promise<ServiceError | null>((resolve) => {
      client.evaluate(EvaluateRequest.fromPartial({ action: "login", user: "g2" }), metadata, resolve);
    });
    client.close();
    expect(error?.code).toBe(14);
    expect(error?.metadata.get("retry-after")).toHaveLength(1);
    const answer = await fetch(`${server.baseUrl}/rupt.v2.EvaluationService/ListEvaluations`, {
      method: "POST",
      headers: { authorization: `Bearer ${server.secret}`, "content-type": "application/json" },
      body: "{}",
    });
    expect(answer.status).toBe(503);
    expect(answer.headers.get("retry-after")).toMatch(/^[1-9]\d*$/);
    proxy.mend();
    await recovered();
  });

  test("a connection that breaks under calls: each is answered, or told to come again; none is lost", async (context) => {
    const { proxy, server, recovered } = await openRig(context);
    const calls = Array.from({ length: 60 }, async (_, n) => {
      if (n === 20) proxy.cut();
      if (n === 40) proxy.mend();
      return login(server, `g3-${n % 6}`, { device: `g3 device ${n}` });
    });
    const answers = await Promise.all(calls);
    await recovered();
    const known = new Set<string>();
    for (const user of Array.from({ length: 6 }, (_, n) => `g3-${n}`)) {
      const { data } = (await server.get(`/v2/evaluations?limit=100&user=${user}`)).body;
      for (const { evaluation_id } of data) known.add(evaluation_id);
    }
    for (const { status, body } of answers) {
      if (status === 200) expect(known).toContain(body.evaluation_id);
      else expect(["database_unavailable", "conflict"]).toContain(body.reason);
    }
  });

  test("a database that falls silent: calls come back with 503, and so does the server", async (context) => {
    const { proxy, server, ready, recovered } = await openRig(context);
    await login(server, "g4");
    proxy.freeze();
    const answers = await Promise.all([login(server, "g4"), server.get("/v2/evaluations")]);
    for (const answer of answers) expectError(answer, 503, "unavailable", "database_unavailable");
    expect((await ready()).status).toBe(503);
    proxy.mend();
    await recovered();
    expect((await login(server, "g4")).status).toBe(200);
  });
});
