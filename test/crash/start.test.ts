import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { migrate } from "../../server/store/postgres/migrate.js";
import { createTestDatabase, type TestDatabase } from "../postgres/test-database.js";
import { runProgram, type ServerProcess, startServerProcess } from "../server/server-process.js";
import { rest } from "../server/test-server.js";

const bootstrapSecret = "bootstrap-secret-0123456789-abcdefgh";
const keyOne = "first-master-key-0123456789-abcdefgh";
const keyTwo = "other-master-key-0123456789-abcdefgh";

let folder: string;
let database: TestDatabase;
const running: ServerProcess[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "rupt-start-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
afterEach(async () => {
  for (const server of running.splice(0)) {
    server.kill("SIGKILL");
    await server.ended;
  }
  await database?.drop();
});

async function emptyDatabase(): Promise<string> {
  database = await createTestDatabase(async () => {}, "empty");
  return database.url;
}

async function start(
  env: Readonly<Record<string, string>>,
  options?: Parameters<typeof startServerProcess>[1],
): Promise<ServerProcess> {
  const server = await startServerProcess({ DATA_DIR: folder, ...env }, options);
  running.push(server);
  return server;
}

/** Stops a server the polite way, and leaves nothing behind for the next one. */
async function stop(server: ServerProcess): Promise<void> {
  server.kill("SIGTERM");
  expect(await server.ended).toBe(0);
}

const evaluate = (server: ServerProcess, secret: string, user = "u") =>
  rest(`${server.baseUrl}/v2/evaluate`, {
    method: "POST",
    headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
    body: JSON.stringify({
      action: "login",
      user,
      fingerprint: ["h"],
      ip: "84.208.20.110",
      email: "ann@example.com",
    }),
  });

describe("the start of a server", () => {
  test("two at once on an empty database: both serve, and there is one first project", async () => {
    const env = { DATABASE_URL: await emptyDatabase(), BOOTSTRAP_SECRET: bootstrapSecret };
    const servers = await Promise.all([start(env), start(env)]);
    for (const server of servers) {
      expect((await rest(`${server.baseUrl}/readyz`, {})).body).toMatchObject({
        status: "ready",
        checks: { database: "reachable" },
      });
      expect((await evaluate(server, bootstrapSecret)).status).toBe(200);
    }
    const sql = postgres(env.DATABASE_URL, { max: 1 });
    expect((await sql`select count(*)::int as n from projects`)[0]?.n).toBe(1);
    await sql.end();
  });

  test("production prints no secret and shows no inbox; BOOTSTRAP_SECRET is never printed", async () => {
    const DATABASE_URL = await emptyDatabase();
    const env = { DATABASE_URL, NODE_ENV: "production", HOST: "127.0.0.1" };
    const silent = await start(env);
    expect((await rest(`${silent.baseUrl}/inbox`, {})).status).toBe(404);
    await stop(silent);
    expect(silent.output()).not.toMatch(/rupt_[A-Za-z0-9_-]{20}/);
    const sql = postgres(DATABASE_URL, { max: 1 });
    expect((await sql`select count(*)::int as n from projects`)[0]?.n).toBe(0);
    await sql.end();

    const booted = await start({ ...env, BOOTSTRAP_SECRET: bootstrapSecret });
    expect((await evaluate(booted, bootstrapSecret)).status).toBe(200);
    await stop(booted);
    expect(booted.output()).not.toContain(bootstrapSecret);
  });

  test("development prints the first project's secret once, and it works", async () => {
    const env = { DATABASE_URL: await emptyDatabase() };
    const first = await start(env, { places: "installed" });
    expect((await rest(`${first.baseUrl}/readyz`, {})).body.checks).toMatchObject({
      city_database: expect.stringContaining("dbip-city-mmdb"),
      asn_database: expect.stringContaining("@ip-location-db/asn"),
    });
    const [secret = ""] = /rupt_[A-Za-z0-9_-]{43}/.exec(first.output()) ?? [];
    expect((await evaluate(first, secret)).status).toBe(200);
    await stop(first);
    const second = await start(env);
    expect(second.output()).not.toMatch(/rupt_[A-Za-z0-9_-]{20}/);
    expect((await evaluate(second, secret)).status).toBe(200);
  });

  test("a schema newer than the code is refused and left alone", async () => {
    const DATABASE_URL = await emptyDatabase();
    await migrate(DATABASE_URL);
    const sql = postgres(DATABASE_URL, { max: 1 });
    await sql`insert into schema_migrations (version, name) values (9999, 'from the future')`;
    const refused = await runProgram("main.js", [], { DATABASE_URL, DATA_DIR: folder });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/schema version 9999/);
    expect(refused.stderr).not.toMatch(/\bat .*:\d+:\d+/);
    const [row] = await sql`select max(version) as version from schema_migrations`;
    expect(row?.version).toBe(9999);
    await sql.end();
  });

  test("other master keys are refused, again and again, and the right ones still work after it", async () => {
    const DATABASE_URL = await emptyDatabase();
    const env = { DATABASE_URL, BOOTSTRAP_SECRET: bootstrapSecret };
    await stop(await start({ ...env, MASTER_KEYS: keyOne }));
    for (const _ of [1, 2]) {
      const refused = await runProgram("main.js", [], { ...env, DATA_DIR: folder, MASTER_KEYS: keyTwo });
      expect(refused.code).toBe(1);
      expect(refused.stderr).toMatch(/MASTER_KEYS does not hold the key [0-9a-f]{8}/);
      expect(refused.stderr).not.toContain(keyTwo);
    }
    const right = await start({ ...env, MASTER_KEYS: keyOne });
    expect((await evaluate(right, bootstrapSecret)).status).toBe(200);
  });

  test("a master key is replaced without a stop: new in front of old, secrets, known devices and contacts stay", async () => {
    const DATABASE_URL = await emptyDatabase();
    const env = { DATABASE_URL, BOOTSTRAP_SECRET: bootstrapSecret };
    const before = await start({ ...env, MASTER_KEYS: keyOne });
    const known = (await evaluate(before, bootstrapSecret)).body;
    const after = await start({ ...env, MASTER_KEYS: `${keyTwo},${keyOne}` });
    expect((await evaluate(before, bootstrapSecret)).status).toBe(200);
    expect((await evaluate(after, bootstrapSecret)).body).toMatchObject({
      verdict: "allow",
      reasons: [],
      fingerprint_id: known.fingerprint_id,
    });
    await stop(before);
    const refused = await runProgram("main.js", [], { ...env, DATA_DIR: folder, MASTER_KEYS: keyOne });
    expect(refused.stderr).toMatch(/MASTER_KEYS does not hold/);
    await stop(after);
    const secret = await runProgram("rupt.js", ["secret", "rotate", "default"], {
      DATABASE_URL,
      MASTER_KEYS: `${keyTwo},${keyOne}`,
    });
    const later = await start({ ...env, MASTER_KEYS: keyTwo });
    expect((await evaluate(later, /rupt_\S{43}/.exec(secret.stdout)?.[0] ?? "")).body).toMatchObject({
      verdict: "allow",
      reasons: [],
      fingerprint_id: known.fingerprint_id,
    });
  });

  test("a database that cannot be used is named with the cause and the remedy, and without its password", async () => {
    const url = new URL(await emptyDatabase());
    const password = url.password;
    const sql = postgres(url.href, { max: 1 });
    await sql.unsafe("revoke create on schema public from public, pg_database_owner");
    const from = (changes: Partial<URL>) => Object.assign(new URL(url), changes).href;
    const cases: readonly [string, RegExp][] = [
      [from({ port: "1" }), /cannot be reached: .*ECONNREFUSED.*Start it, or correct DATABASE_URL/],
      [from({ username: "nobody" }), /cannot be used: .*"nobody".*Correct DATABASE_URL/],
      [from({ pathname: "/absent" }), /cannot be used: .*"absent".*Correct DATABASE_URL/],
      [url.href, /permission denied for schema public.*grant create on schema public/],
    ];
    try {
      for (const [DATABASE_URL, told] of cases) {
        for (const [program, ...args] of [["main.js"], ["rupt.js", "project", "list"]] as const) {
          const refused = await runProgram(program, args, { DATABASE_URL, PORT: "0", GRPC_PORT: "0" });
          expect(refused.code).toBe(1);
          expect(refused.stderr).toMatch(told);
          expect(refused.stderr).not.toMatch(/\bat .*:\d+:\d+/);
          expect(refused.stdout + refused.stderr).not.toContain(password);
        }
      }
    } finally {
      await sql.end();
    }
  });

  test("a port that is taken and a folder that cannot be used are named with their variable", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    const address = taken.address();
    const port = typeof address === "object" ? String(address?.port) : "";
    const DATABASE_URL = await emptyDatabase();
    const env = { DATABASE_URL, HOST: "127.0.0.1" };
    const file = join(folder, "a-file");
    await writeFile(file, "");
    try {
      for (const [given, told] of [
        [{ ...env, PORT: port, GRPC_PORT: "0" }, /cannot listen on .* for HTTP.*set PORT/],
        [{ ...env, PORT: "0", GRPC_PORT: port }, /cannot listen on .* for gRPC.*set GRPC_PORT/],
        [
          { ...env, PORT: "0", GRPC_PORT: "0", METRICS_PORT: port },
          /cannot listen on .* for metrics.*set METRICS_PORT/,
        ],
        [
          { ...env, PORT: port, GRPC_PORT: "0", WORKERS: "2", SMTP_URL: "smtp://localhost" },
          /for HTTP.*set PORT/,
        ],
        [{ ...env, MASTER_KEYS: "", DATA_DIR: join(file, "below") }, /DATA_DIR.*MASTER_KEYS/],
      ] as const) {
        const refused = await runProgram("main.js", [], given);
        expect(refused.code).toBe(1);
        expect(refused.stderr).toMatch(told);
        expect(refused.stderr).not.toMatch(/\bat .*:\d+:\d+/);
      }
    } finally {
      taken.close();
    }
  });

  test("every problem of the configuration is named at once, and no value of a secret is shown", async () => {
    const refused = await runProgram("main.js", [], {
      PORT: "eighty",
      GRPC_PORT: "70000",
      DATABASE_URL: "mysql://u:hidden-password@h/d",
      DATABASE_POOL_SIZE: "0",
      DATABASE_PREPARE: "maybe",
      BOOTSTRAP_SECRET: "hidden-short",
      MASTER_KEYS: "hidden-key",
      SMTP_URL: "hidden-smtp",
      TLS_CERT_FILE: join(folder, "absent.pem"),
      LOG_LEVEL: "loud",
      LOG_FORMAT: "xml",
    });
    expect(refused.code).toBe(1);
    for (const name of [
      "PORT",
      "GRPC_PORT",
      "DATABASE_URL",
      "DATABASE_POOL_SIZE",
      "DATABASE_PREPARE",
      "BOOTSTRAP_SECRET",
      "MASTER_KEYS",
      "SMTP_URL",
      "TLS_CERT_FILE",
      "TLS_CERT_FILE and TLS_KEY_FILE",
      "LOG_LEVEL",
      "LOG_FORMAT",
    ]) {
      expect(refused.stderr).toMatch(new RegExp(`^ {2}- ${name}\\b`, "m"));
    }
    expect(refused.stderr).not.toContain("hidden");
    expect(refused.stderr).not.toMatch(/\bat .*:\d+:\d+/);
  });

  test("a secret that would be taken for a client token, a broken certificate: refused before anything is touched", async () => {
    const broken = join(folder, "broken.pem");
    await writeFile(broken, "not a certificate");
    const refused = await runProgram("main.js", [], {
      BOOTSTRAP_SECRET: `ruptct_${bootstrapSecret}`,
      TLS_CERT_FILE: broken,
      TLS_KEY_FILE: broken,
      DATA_DIR: folder,
    });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/- BOOTSTRAP_SECRET/);
    expect(refused.stderr).toMatch(/- TLS_CERT_FILE/);
  });
});
