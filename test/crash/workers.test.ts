import { readFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createMigratedDatabase } from "../postgres/migrated-database.js";
import type { TestDatabase } from "../postgres/test-database.js";
import { type ServerProcess, startServerProcess } from "../server/server-process.js";
import { rest } from "../server/test-server.js";

const secret = "bootstrap-secret-0123456789-abcdefgh";
let database: TestDatabase;
let server: ServerProcess;

beforeEach(async () => {
  database = await createMigratedDatabase();
  server = await startServerProcess({
    DATABASE_URL: database.url,
    BOOTSTRAP_SECRET: secret,
    NODE_ENV: "production",
    HOST: "127.0.0.1",
    WORKERS: "2",
    METRICS_PORT: "0",
  });
});
afterEach(async () => {
  server.kill("SIGKILL");
  await server.ended;
  await database.drop();
});

/** Evaluates a login, on a connection of its own: the workers take connections in turn. */
const evaluate = (user: string) =>
  rest(`${server.baseUrl}/v2/evaluate`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${secret}`,
      "content-type": "application/json",
      connection: "close",
    },
    body: JSON.stringify({ action: "login", user, fingerprint: [`${user}'s laptop`], ip: "84.208.20.110" }),
  });

const metrics = async (): Promise<string> => {
  const response = await fetch(server.metricsUrl ?? "");
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
  return response.text();
};
const allowed = async (): Promise<number> =>
  Number(
    /^rupt_evaluations_total\{verdict="allow",outcome="succeeded"\} (\d+)$/m.exec(await metrics())?.[1] ?? 0,
  );
/** The processes of the workers that live. */
const workers = (): readonly string[] =>
  readFileSync(`/proc/${server.pid}/task/${server.pid}/children`, "utf8").trim().split(" ");

test("two workers serve on one port, and their metrics are told as one", async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, (_, user) => evaluate(`user-${user}`)));
  expect(answers.map(({ body }) => body.verdict)).toEqual(Array(20).fill("allow"));
  expect(await allowed()).toBe(20);
  expect(workers()).toHaveLength(2);
});

test("a worker that is killed is replaced, and the other one goes on serving", async () => {
  const [killed = "", other = ""] = workers();
  process.kill(Number(killed), "SIGKILL");
  await vi.waitFor(() => expect(workers()).toEqual([other]), 5_000);
  expect((await evaluate("ann")).body.verdict).toBe("allow");
  await vi.waitFor(() => {
    expect(workers()).toHaveLength(2);
    expect(workers()).not.toContain(killed);
  }, 10_000);
  expect(server.output()).toContain("a worker ended; another takes its place");
});

test("the port for metrics has nothing else", async () => {
  const url = new URL(server.metricsUrl ?? "");
  expect((await fetch(new URL("/v2/evaluate", url))).status).toBe(404);
  expect((await fetch(url, { method: "POST" })).status).toBe(405);
  expect((await fetch(url, { method: "HEAD" })).status).toBe(200);
});

test("a stop ends the workers and exits 0", async () => {
  server.kill("SIGTERM");
  expect(await server.ended).toBe(0);
});
