import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TestClock } from "../server/test-clock.js";
import { type RestAnswer, startTestServer, type TestServer } from "../server/test-server.js";
import { startTwin } from "./twin.js";

let one: TestServer<TestClock>;
let two: TestServer<TestClock>;
beforeAll(async () => {
  one = await startTestServer();
  two = await startTwin(one);
});
afterAll(async () => {
  await two.stop();
  await one.stop();
});

const oslo = "84.208.20.110";

/** The calls, half to each server, all at once. */
function spread(count: number, call: (server: TestServer<TestClock>, n: number) => Promise<RestAnswer>) {
  return Promise.all(Array.from({ length: count }, (_, n) => call(n % 2 === 0 ? one : two, n)));
}

/** `conflict` is an honest answer to too many at once: nothing was recorded. Anything else than it and success is a fault. */
function answered(answers: readonly RestAnswer[]): readonly RestAnswer[] {
  for (const { status, body } of answers) {
    if (status !== 200) expect(body).toMatchObject({ code: "aborted", reason: "conflict" });
  }
  return answers.filter(({ status }) => status === 200);
}

async function evaluationsOf(user: string): Promise<readonly { evaluation_id: string }[]> {
  return (await one.get(`/v2/evaluations?limit=100&user=${user}`)).body.data;
}

describe("attempts at the same instant, on two servers", () => {
  test("the first attempts of one user from one device are one device and a history that counts them all", async () => {
    const answers = answered(
      await spread(16, (server) =>
        server.post("/v2/evaluate", { action: "login", user: "r1", fingerprint: ["r1-print"], ip: oslo }),
      ),
    );
    expect(answers.length).toBeGreaterThan(0);
    expect(new Set(answers.map(({ body }) => body.fingerprint_id)).size).toBe(1);
    expect(answers.filter(({ body }) => body.reasons.includes("first_seen_user"))).toHaveLength(1);
    const { data } = (await one.get("/v2/users/r1/devices")).body;
    expect(data).toHaveLength(1);
    expect(data[0].seen_count).toBe(answers.length);
    expect(await evaluationsOf("r1")).toHaveLength(answers.length);
  });

  test("the first attempts of many users from one device are one device", async () => {
    const answers = answered(
      await spread(16, (server, n) =>
        server.post("/v2/evaluate", {
          action: "login",
          user: `r2-${n}`,
          fingerprint: ["r2-print", "r2-former"],
          ip: oslo,
        }),
      ),
    );
    expect(answers).toHaveLength(16);
    expect(new Set(answers.map(({ body }) => body.fingerprint_id)).size).toBe(1);
  });

  test("hashes that come in every order never deadlock", async () => {
    const prints = ["r3-a", "r3-b", "r3-c", "r3-d"];
    const answers = await spread(24, (server, n) => {
      const turned = [...prints.slice(n % 4), ...prints.slice(0, n % 4)];
      return server.post("/v2/evaluate", {
        action: "login",
        user: `r3-${n}`,
        fingerprint: n % 3 === 0 ? turned.toReversed() : turned,
        ip: oslo,
      });
    });
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(new Set(answers.map(({ body }) => body.fingerprint_id)).size).toBe(1);
  });

  test("an idempotency key that met a conflict is as good as new", async () => {
    const call = (server: TestServer<TestClock>, n: number) =>
      server.post(
        "/v2/evaluate",
        { action: "login", user: "r4", fingerprint: [`r4-print-${n % 3}`, "r4-former"], ip: oslo },
        { "idempotency-key": `r4-key-${n}` },
      );
    const first = await spread(16, call);
    answered(first);
    const again = answered(await spread(16, call));
    expect(again.length).toBeGreaterThan(0);
    for (const [n, { status, body }] of first.entries()) {
      if (status !== 200) continue;
      const repeated = await call(one, n);
      expect(repeated.body).toEqual(body);
    }
  });

  test("parallel calls with one idempotency key are one evaluation", async () => {
    const answers = await spread(16, (server) =>
      server.post(
        "/v2/evaluate",
        { action: "login", user: "r5", fingerprint: ["r5-print"], ip: oslo },
        { "idempotency-key": "r5-key" },
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(new Set(answers.map(({ body }) => body.evaluation_id)).size).toBe(1);
    expect(await evaluationsOf("r5")).toHaveLength(1);
  });

  test("challenges opened at the same instant leave one that can be used", async () => {
    await one.post("/v2/evaluate", { action: "login", user: "r6", fingerprint: ["r6-laptop"], ip: oslo });
    const answers = answered(
      await spread(10, (server) =>
        server.post("/v2/evaluate", {
          action: "login",
          user: "r6",
          fingerprint: ["r6-phone"],
          ip: "8.8.8.8",
          email: "r6@example.com",
        }),
      ),
    );
    const states = await Promise.all(
      answers.map(async ({ body }) => (await one.get(`/v2/challenges/${body.challenge_id}`)).body.status),
    );
    expect(states.filter((status) => status === "created")).toHaveLength(1);
    expect(states.filter((status) => status === "superseded")).toHaveLength(answers.length - 1);
  });
});
