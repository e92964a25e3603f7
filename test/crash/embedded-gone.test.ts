import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { startEmbeddedPostgres } from "../../server/store/embedded-postgres/embedded-postgres.js";
import { layoutOf } from "../../server/store/embedded-postgres/layout.js";
import { findPostmaster } from "../../server/store/embedded-postgres/postmaster.js";
import { type ServerProcess, startServerProcess } from "../server/server-process.js";
import { type RestAnswer, rest } from "../server/test-server.js";

const secret = "bootstrap-secret-0123456789-abcdefgh";
let dataDir: string;
const running: ServerProcess[] = [];

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "rupt-embedded-gone-"));
});
afterEach(async () => {
  for (const server of running.splice(0)) {
    server.kill("SIGKILL");
    await server.ended;
  }
});
afterAll(async () => {
  const left = await postmaster();
  if (left !== undefined) process.kill(left, "SIGKILL");
  await rm(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
});

const postmaster = async () => (await findPostmaster(layoutOf(dataDir).data))?.pid;

async function start(): Promise<ServerProcess> {
  const server = await startServerProcess({ DATA_DIR: dataDir, BOOTSTRAP_SECRET: secret });
  running.push(server);
  return server;
}

const headers = { authorization: `Bearer ${secret}`, "content-type": "application/json" };
const evaluate = (server: ServerProcess, user: string): Promise<RestAnswer> =>
  rest(`${server.baseUrl}/v2/evaluate`, {
    method: "POST",
    headers,
    body: JSON.stringify({ action: "login", user, fingerprint: ["h"], ip: "84.208.20.110" }),
  });

async function killPostgres(): Promise<number> {
  const pid = await postmaster();
  if (pid === undefined) throw new Error("no PostgreSQL runs");
  process.kill(pid, "SIGKILL");
  return pid;
}

describe("the embedded PostgreSQL is killed, alone", () => {
  test("under the load of two servers: calls are told to come again, then served; one starts it, and nothing answered is lost", async () => {
    const servers = [await start(), await start()];
    const answered: string[] = [];
    const refused: RestAnswer[] = [];
    let killed: number | undefined;
    let goOn = true;
    const caller = async (server: ServerProcess, user: string) => {
      let served = 0;
      while (goOn) {
        const answer = await evaluate(server, user);
        if (answer.status === 200) {
          answered.push(answer.body.evaluation_id);
          if (killed !== undefined && refused.length > 0) served += 1;
        } else refused.push(answer);
        if (served > 20) return;
      }
    };
    const callers = servers.flatMap((server, s) => [0, 1, 2].map((n) => caller(server, `u${s}-${n}`)));
    while (answered.length < 60) await new Promise((resolve) => setImmediate(resolve));
    killed = await killPostgres();
    await Promise.all(callers).finally(() => {
      goOn = false;
    });

    for (const { status, body } of refused)
      expect([status, body.code, body.reason]).toEqual([503, "unavailable", "database_unavailable"]);
    expect(await postmaster()).not.toBe(killed);
    const starts = servers.map(
      (server) => server.output().match(/"level":40.*PostgreSQL had ended/g)?.length ?? 0,
    );
    expect(starts.sort()).toEqual([0, 1]);

    const { url, stop } = await startEmbeddedPostgres({ dataDir, log: () => {}, warn: () => {} });
    const sql = postgres(url, { max: 1 });
    const kept = await sql<{ evaluation_id: string }[]>`select evaluation_id from evaluations`;
    const ids = new Set(kept.map((row) => row.evaluation_id));
    expect(answered.filter((id) => !ids.has(id))).toEqual([]);
    await sql.end();
    await stop();

    // Both count as present again: PostgreSQL outlives the first to leave, and ends with the last.
    for (const [index, server] of servers.entries()) {
      expect(await postmaster()).toBeDefined();
      expect((await evaluate(server, `last-${index}`)).status).toBe(200);
      server.kill("SIGTERM");
      expect(await server.ended).toBe(0);
    }
    expect(await postmaster()).toBeUndefined();
  });

  test("again and again, and while its server stops: it comes back each time, and nothing is left behind", async () => {
    const server = await start();
    for (let round = 0; round < 3; round++) {
      await killPostgres();
      while ((await evaluate(server, "u")).status !== 200);
    }
    await killPostgres();
    server.kill("SIGTERM");
    expect(await server.ended).toBe(0);
    expect(await postmaster()).toBeUndefined();
  });
});
