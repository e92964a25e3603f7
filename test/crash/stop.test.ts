import { once } from "node:events";
import { Agent, request } from "node:http";
import { connect } from "node:net";
import { Client, credentials, Metadata } from "@grpc/grpc-js";
import postgres from "postgres";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { EvaluateRequest, EvaluationServiceClient } from "../../gen/grpc-js/rupt/v2/evaluation_service.js";
import { createMigratedDatabase } from "../postgres/migrated-database.js";
import type { TestDatabase } from "../postgres/test-database.js";
import { untilWaiting } from "../postgres/until-waiting.js";
import { type ServerProcess, startServerProcess } from "../server/server-process.js";
import { rest } from "../server/test-server.js";

const secret = "bootstrap-secret-0123456789-abcdefgh";
let database: TestDatabase;
let server: ServerProcess;
let sql: postgres.Sql;

const start = () => startServerProcess({ DATABASE_URL: database.url, BOOTSTRAP_SECRET: secret });

beforeEach(async () => {
  database = await createMigratedDatabase();
  sql = postgres(database.url, { max: 2 });
  server = await start();
});
afterEach(async () => {
  server.kill("SIGKILL");
  await server.ended;
  await sql.end();
  await database.drop();
});

const headers = { authorization: `Bearer ${secret}`, "content-type": "application/json" };
const attempt = (user: string) =>
  JSON.stringify({ action: "login", user, fingerprint: [`${user}'s laptop`], ip: "84.208.20.110" });

const evaluate = (user: string) =>
  rest(`${server.baseUrl}/v2/evaluate`, { method: "POST", headers, body: attempt(user) });

/** Keeps evaluations waiting until it is let go: holds the row that they all need. */
async function holdUp(user: string): Promise<() => Promise<void>> {
  await evaluate(user);
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let held = () => {};
  const holding = new Promise<void>((resolve) => {
    held = resolve;
  });
  const done = sql.begin(async (transaction) => {
    await transaction`select 1 from users where user_key = ${user} for update`;
    held();
    await released;
  });
  await holding;
  return async () => {
    release();
    await done;
  };
}

describe("kill -9 in the middle of a load", () => {
  test("every answered evaluation is in the database after the restart, with all that belongs to it", async () => {
    const answered: string[] = [];
    const challenges: string[] = [];
    let going = true;
    const caller = async (n: number) => {
      for (let k = 0; going; k++) {
        try {
          const device = `${n}'s device ${k}`;
          const { status, body } = await rest(`${server.baseUrl}/v2/evaluate`, {
            method: "POST",
            headers: { ...headers, "idempotency-key": `key-${n}-${k}` },
            body: JSON.stringify({
              action: "login",
              user: `u${n}`,
              fingerprint: [device],
              ip: `84.208.${n}.${k % 250}`,
            }),
          });
          if (status !== 200) continue;
          answered.push(body.evaluation_id);
          if (body.challenge_id !== undefined) challenges.push(body.challenge_id);
          if (answered.length === 150) server.kill("SIGKILL");
        } catch {
          going = false;
        }
      }
    };
    await Promise.all(Array.from({ length: 12 }, (_, n) => caller(n)));
    expect(await server.ended).toBe("SIGKILL");
    expect(answered.length).toBeGreaterThanOrEqual(150);
    expect(challenges.length).toBeGreaterThan(0);

    server = await start();
    const kept = await sql<{ evaluation_id: string }[]>`select evaluation_id from evaluations`;
    const ids = new Set(kept.map((row) => row.evaluation_id));
    expect(answered.filter((id) => !ids.has(id))).toEqual([]);
    const asked = await sql<{ challenge_id: string }[]>`select challenge_id from challenges`;
    const askedIds = new Set(asked.map((row) => row.challenge_id));
    expect(challenges.filter((id) => !askedIds.has(id))).toEqual([]);
    // Whole or not at all: no challenge and no idempotency key without its evaluation.
    const [orphans] = await sql<{ n: number }[]>`
      select (select count(*) from challenges c where not exists (
          select from evaluations e where e.evaluation_id = c.evaluation_id))::int
        + (select count(*) from idempotency_keys i where not exists (
          select from evaluations e where e.evaluation_id = i.evaluation_id))::int as n`;
    expect(orphans?.n).toBe(0);
    for (const id of [answered[0], answered.at(-1)]) {
      const { status } = await rest(`${server.baseUrl}/v2/evaluations/${id}`, { headers });
      expect(status).toBe(200);
    }
  });
});

describe("SIGTERM", () => {
  test("finishes what is in flight on both ports, takes nothing new, and ends with 0", async () => {
    const release = await holdUp("held");
    const grpc = new EvaluationServiceClient(server.grpcTarget, credentials.createInsecure());
    const metadata = new Metadata();
    metadata.set("authorization", `Bearer ${secret}`);
    const overGrpc = new Promise<string>((resolve, reject) => {
      const message = EvaluateRequest.fromPartial(JSON.parse(attempt("held")));
      grpc.evaluate(message, metadata, (error, answer) =>
        error ? reject(error) : resolve(answer.evaluationId),
      );
    });
    // What shall be in flight has to have arrived.
    await untilWaiting(sql);
    const overRest = [evaluate("held"), evaluate("held")];
    await rest(`${server.baseUrl}/healthz`, {});
    server.kill("SIGTERM");
    try {
      await refused(new URL(server.baseUrl).port);
      await refused(server.grpcTarget.split(":")[1] ?? "");
    } finally {
      await release();
    }
    for (const { status } of await Promise.all(overRest)) expect(status).toBe(200);
    expect(await overGrpc).toMatch(/^[0-9a-f-]{36}$/);
    grpc.close();
    expect(await server.ended).toBe(0);
    expect((await sql<{ n: number }[]>`select count(*)::int as n from evaluations`)[0]?.n).toBe(4);
  });

  test("tells over gRPC's health service that it is leaving, while it finishes", async () => {
    const release = await holdUp("watched");
    const held = evaluate("watched");
    await untilWaiting(sql);
    const client = new Client(server.grpcTarget, credentials.createInsecure());
    const asIs = (value: Buffer) => value;
    const watch = client.makeServerStreamRequest(
      "/grpc.health.v1.Health/Watch",
      asIs,
      asIs,
      Buffer.from([10, 0]),
    );
    watch.on("error", () => {});
    const states: number[] = [];
    const left = new Promise<void>((resolve) => {
      watch.on("data", (message: Buffer) => {
        states.push(message[1] ?? 0);
        // 1 is SERVING; then the server is asked to stop, and says 2: NOT_SERVING.
        if (states.length === 1) server.kill("SIGTERM");
        else resolve();
      });
    });
    await left;
    expect(states).toEqual([1, 2]);
    watch.cancel();
    client.close();
    await release();
    expect((await held).status).toBe(200);
    expect(await server.ended).toBe(0);
  });

  // Ctrl-C in a terminal reaches the server from the terminal and from npm.
  test.each(["SIGINT", "SIGTERM"] as const)(
    "a %s that comes twice is one: what is in flight is finished all the same",
    async (signal) => {
      const release = await holdUp("twice");
      const held = evaluate("twice");
      await untilWaiting(sql);
      server.kill(signal);
      try {
        await refused(new URL(server.baseUrl).port);
        server.kill(signal);
      } finally {
        await release();
      }
      expect((await held).status).toBe(200);
      expect(await server.ended).toBe(0);
      expect(server.output().match(/"stopping"/g)).toHaveLength(1);
    },
  );

  test("is not held up by callers who keep their connection, idle or not", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 2 });
    let answers = 0;
    let going = true;
    const busy = async () => {
      while (going) {
        try {
          const call = request(`${server.baseUrl}/v2/evaluations`, { agent, headers });
          call.end();
          const [response] = await once(call, "response");
          response.resume();
          await once(response, "end");
          answers += 1;
        } catch {
          going = false;
        }
      }
    };
    const idle = connect(Number(new URL(server.baseUrl).port), "127.0.0.1");
    idle.on("error", () => {});
    await once(idle, "connect");
    const callers = [busy(), busy()];
    while (answers < 20) await new Promise((resolve) => setImmediate(resolve));
    const startedAt = performance.now();
    server.kill("SIGTERM");
    expect(await server.ended).toBe(0);
    // Far below the seven seconds after which connections are cut.
    expect(performance.now() - startedAt).toBeLessThan(6_000);
    await Promise.all(callers);
    agent.destroy();
    idle.destroy();
  });
});

/** Resolves when the port takes no connections any more. */
async function refused(port: string): Promise<void> {
  for (;;) {
    const socket = connect(Number(port), "127.0.0.1");
    const taken = await new Promise<boolean>((resolve) => {
      socket.once("connect", () => resolve(true));
      socket.once("error", () => resolve(false));
    });
    socket.destroy();
    if (!taken) return;
  }
}
