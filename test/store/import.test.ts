import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { type Clock, systemClock } from "../../server/clock.js";
import { postgresUserStore } from "../../server/store/postgres/postgres-user-store.js";
import { createMigratedDatabase } from "../postgres/migrated-database.js";
import type { TestDatabase } from "../postgres/test-database.js";
import { runProgram } from "../server/server-process.js";
import { startTestServer, type TestServer, testMasterKey } from "../server/test-server.js";

const dayMs = 86_400_000;

let database: TestDatabase;
let server: TestServer<Clock>;
let folder: string;
beforeAll(async () => {
  database = await createMigratedDatabase();
  server = await startTestServer({ databaseUrl: database.url, clock: systemClock });
  folder = await mkdtemp(join(tmpdir(), "rupt-import-"));
});
afterAll(async () => {
  await server.stop();
  await database.drop();
  await rm(folder, { recursive: true });
});

const homes = ["84.208.20.110", "193.213.112.4", "2a02:2121:1::5", "8.8.8.8"];
const agents = ["Chrome/120.0.0.0", "Chrome/121.0.0.0", "Firefox/121.0"];

/** Logins of some users over some weeks, in no order. */
function madeLogins(users: number, each: number): readonly object[] {
  const logins = [];
  for (let user = 0; user < users; user++) {
    for (let n = 0; n < each; n++) {
      logins.push({
        user: `u${user}`,
        occurred_at: new Date(Date.now() - (each - n) * dayMs - user * 1000).toISOString(),
        ip: homes[(user + (n % 5 === 0 ? 1 : 0)) % homes.length],
        fingerprint: `machine-${user}-${n % 7 === 0 ? 1 : 0}`,
        user_agent: `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) ${agents[n % 3]} Safari/537.36`,
        email: `u${user}@example.com`,
      });
    }
  }
  // Neither by user nor by time.
  return logins
    .map((login, at) => ({ login, key: (at * 7919) % logins.length }))
    .sort((a, b) => a.key - b.key)
    .map(({ login }) => login);
}

async function fileOf(name: string, lines: readonly (object | string)[]): Promise<string> {
  const path = join(folder, name);
  await writeFile(
    path,
    lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n"),
  );
  return path;
}

const imports = (...args: readonly string[]) =>
  runProgram("rupt.js", ["import", ...args], { DATABASE_URL: database.url });

async function projectNamed(name: string): Promise<string> {
  return (await server.foundation.projects.create(name)).project.projectId;
}

/** What was learnt of each user, without the ids of devices, which are drawn by lot. */
async function learnt(projectId: string) {
  const store = postgresUserStore(server.foundation.sql);
  const rows = await server.foundation.sql<{ user_key: string }[]>`
    select user_key from users where project_id = ${projectId} order by user_key`;
  return Promise.all(
    rows.map(async ({ user_key }) => {
      const user = await store.find(projectId, user_key);
      if (user === undefined) throw new Error("the user is gone");
      const { devices, ...history } = user.history;
      return {
        user: user_key,
        firstSeenAt: user.firstSeenAt,
        devices: devices.map(({ key: _, ...seen }) => seen),
        history,
      };
    }),
  );
}

const logins = (counts: readonly { readonly count: number }[]) =>
  counts.reduce((sum, { count }) => sum + count, 0);

describe("import", () => {
  test("teaches a user's devices, addresses, networks, clients, places, hours and contacts; bad lines are named and skipped", async () => {
    const { projects, sql } = server.foundation;
    const { project } = await projects.create("shop");
    const secret = (await projects.rotate("shop", 3600)).secret;
    const authorization = { authorization: `Bearer ${secret}` };
    const path = await fileOf("first.jsonl", [
      ...madeLogins(3, 12),
      { user: "u0", occurred_at: new Date(Date.now() - 1000).toISOString(), outcome: "failed" },
      "no json",
      { user: "u1", ip: "84.208.20.110" },
    ]);
    const rejects = join(folder, "rejects.jsonl");
    const { code, stdout, stderr } = await runProgram(
      "rupt.js",
      ["import", path, "--project", "shop", "--rejects", rejects],
      { DATABASE_URL: database.url },
      { places: "installed" },
    );
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringContaining('Learnt 36 logins into "shop"'),
    });
    expect(stdout).toContain("1 failed attempts, which teach nothing");
    expect(stdout).toContain("2 bad lines, skipped");
    expect(stderr).toContain("line 38: is not JSON");
    expect(stderr).toContain("line 39: occurred_at: is required");
    expect(stderr).not.toContain("example.com");
    expect((await readFile(rejects, "utf8")).split("\n")).toHaveLength(3);

    const users = await learnt(project.projectId);
    expect(users.map(({ user }) => user)).toEqual(["u0", "u1", "u2"]);
    for (const { devices, history } of users) {
      expect(devices.map(({ count }) => count).sort()).toEqual([10, 2]);
      expect(logins(history.addresses)).toBe(12);
      expect(logins(history.clients)).toBe(12);
      expect(history.hours.reduce((sum, count) => sum + count, 0)).toBe(12);
      expect(history.networks.length).toBeGreaterThan(0);
    }
    const [kept] =
      await sql`select count(*)::int as rows from evaluations where project_id = ${project.projectId}`;
    expect(kept).toEqual({ rows: 0 });

    // From the first day on: the usual login passes with trust, another machine elsewhere is asked, and the code goes to the imported address.
    const usual = await server.post(
      "/v2/evaluate",
      { action: "login", user: "u0", ip: homes[0], fingerprint: "machine-0-0" },
      authorization,
    );
    expect(usual.body).toMatchObject({ verdict: "allow", reasons: [] });
    expect(usual.body.signals.map(({ reason }: { reason: string }) => reason)).toEqual(
      expect.arrayContaining(["known_device", "known_ip", "known_network", "known_country"]),
    );
    const strange = await server.post(
      "/v2/evaluate",
      {
        action: "login",
        user: "u0",
        ip: "185.220.101.4",
        fingerprint: "another",
        email: "thief@example.net",
      },
      authorization,
    );
    expect(strange.body).toMatchObject({
      verdict: "challenge",
      reasons: expect.arrayContaining(["new_device", "contact_changed"]),
    });
    const sent = await server.post(
      `/v2/challenges/${strange.body.challenge_id}/send`,
      undefined,
      authorization,
    );
    expect(sent.body).toMatchObject({ success: true, destination: "u*****@example.com" });

    // The same file again teaches nothing.
    const again = await imports(path, "--project", "shop");
    expect(again.stdout).toContain("36 of them were learnt by an earlier run");
    expect(again.stdout).toContain("Learnt 0 logins");
    expect(logins((await learnt(project.projectId))[1]?.history.addresses ?? [])).toBe(12);
  }, 120_000);

  test("bad lines are never written over the logins themselves, nor a stack over a file that cannot be written", async () => {
    const path = await fileOf("kept.jsonl", [...madeLogins(1, 2), "no json"]);
    const before = await readFile(path, "utf8");
    await symlink(path, join(folder, "another-name.jsonl"));
    for (const [rejects, told] of [
      [path, /^--rejects .*kept\.jsonl is the file that is imported; name another one\n$/],
      [join(folder, "another-name.jsonl"), /is the file that is imported/],
      [join(folder, "absent", "bad.jsonl"), /^--rejects .*bad\.jsonl cannot be written: ENOENT.*\n$/],
    ] as const) {
      const { code, stderr } = await imports(path, "--dry-run", "--rejects", rejects);
      expect([code, stderr]).toEqual([1, expect.stringMatching(told)]);
      expect(await readFile(path, "utf8")).toBe(before);
    }
  });

  test("users whose logs held no fingerprints are let in where they usually are, with the device that they bring", async () => {
    await server.foundation.projects.create("logs");
    const { secret } = await server.foundation.projects.rotate("logs", 3600);
    const path = await fileOf(
      "logs.jsonl",
      [9, 5, 2].map((days) => ({
        user: "ann",
        occurred_at: new Date(Date.now() - days * dayMs).toISOString(),
        ip: "84.208.20.110",
        user_agent: `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) ${agents[0]} Safari/537.36`,
      })),
    );
    const learnt = await runProgram(
      "rupt.js",
      ["import", path, "--project", "logs"],
      { DATABASE_URL: database.url },
      { places: "installed" },
    );
    expect(learnt.code).toBe(0);
    const login = async (ip: string, fingerprint: string) =>
      (
        await server.post(
          "/v2/evaluate",
          {
            action: "login",
            user: "ann",
            ip,
            fingerprint: ["v:1", `os:${fingerprint}`, `browser:${fingerprint}`],
          },
          { authorization: `Bearer ${secret}` },
        )
      ).body;
    const [own, strange] = ["0123456789abcdef", "fedcba9876543210"];
    expect(await login("8.8.8.8", strange)).toMatchObject({ verdict: "challenge" });
    const first = await login("84.208.20.111", own);
    expect(first).toMatchObject({
      verdict: "allow",
      reasons: expect.arrayContaining(["new_device", "new_ip"]),
    });
    // From then on a device is known, so that another one is new.
    expect(await login("84.208.20.112", strange)).toMatchObject({ verdict: "challenge" });
  }, 60_000);

  test("an import that is killed goes on where it was, and nothing is learnt twice", async () => {
    const [whole, killed] = [await projectNamed("whole"), await projectNamed("killed")];
    const path = await fileOf("many.jsonl", madeLogins(150, 20));
    expect(await imports(path, "--project", "whole")).toMatchObject({ code: 0 });
    let kills = 0;
    for (const enough of [1, 1_001]) {
      const child: ChildProcess = spawn(
        process.execPath,
        ["dist/rupt.js", "import", path, "--project", "killed"],
        {
          env: {
            PATH: process.env.PATH,
            MASTER_KEYS: testMasterKey,
            DATABASE_URL: database.url,
            ...inject("fewPlaces"),
          },
          stdio: "ignore",
        },
      );
      const ended = once(child, "exit");
      const done = async () => {
        const [row] = await server.foundation.sql<
          { done: number }[]
        >`select done from imports where project_id = ${killed}`;
        return row?.done ?? 0;
      };
      while ((await done()) < enough && child.exitCode === null);
      child.kill("SIGKILL");
      const [, signal] = await ended;
      if (signal === "SIGKILL") kills += 1;
    }
    expect(kills).toBe(2);
    const { code, stdout } = await imports(path, "--project", "killed");
    expect(code).toBe(0);
    expect(stdout).toMatch(/[1-9]\d* of them were learnt by an earlier run/);
    expect(await learnt(killed)).toEqual(await learnt(whole));
  }, 180_000);

  test("beside a running server no login is lost, neither the file's nor the server's", async () => {
    const { projects } = server.foundation;
    const { project } = await projects.create("busy");
    const { secret } = await projects.rotate("busy", 3600);
    const path = await fileOf("busy.jsonl", madeLogins(40, 30));
    let importing = true;
    const done = imports(path, "--project", "busy").finally(() => {
      importing = false;
    });
    const allowed = new Map<string, number>();
    for (let n = 0; importing; n++) {
      const user = n % 40;
      const { body } = await server.post(
        "/v2/evaluate",
        {
          action: "login",
          user: `u${user}`,
          ip: homes[user % homes.length],
          fingerprint: `machine-${user}-0`,
        },
        { authorization: `Bearer ${secret}` },
      );
      if (body.verdict === "allow") allowed.set(`u${user}`, (allowed.get(`u${user}`) ?? 0) + 1);
    }
    expect(await done).toMatchObject({ code: 0 });
    expect(allowed.size).toBe(40);
    for (const { user, history } of await learnt(project.projectId)) {
      expect([user, logins(history.addresses)]).toEqual([user, 30 + (allowed.get(user) ?? 0)]);
    }
  }, 180_000);

  test("an older login says nothing of a contact that came later", async () => {
    const { projects } = server.foundation;
    await projects.create("contacts");
    const { secret } = await projects.rotate("contacts", 3600);
    const call = (path: string, body?: object) =>
      server.post(path, body, { authorization: `Bearer ${secret}` });
    await call("/v2/evaluate", {
      action: "login",
      user: "u0",
      ip: homes[0],
      fingerprint: "m",
      email: "known@example.com",
    });
    const path = await fileOf("contacts.jsonl", [
      {
        user: "u0",
        occurred_at: new Date(Date.now() - 30 * dayMs).toISOString(),
        email: "thief@example.net",
      },
    ]);
    expect(await imports(path, "--project", "contacts")).toMatchObject({ code: 0 });
    const { body } = await call("/v2/evaluate", {
      action: "login",
      user: "u0",
      ip: "185.220.101.4",
      fingerprint: "x",
      email: "thief@example.net",
    });
    expect(body.reasons).toContain("contact_changed");
    expect((await call(`/v2/challenges/${body.challenge_id}/send`)).body.destination).toBe(
      "kn*****@example.com",
    );
  }, 60_000);

  test("a dry run needs no database and teaches nothing", async () => {
    const path = await fileOf("dry.jsonl", madeLogins(2, 2));
    const { code, stdout } = await runProgram("rupt.js", ["import", path, "--dry-run"], {
      DATABASE_URL: "postgres://x@127.0.0.1:1/none",
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^4 logins, from .*\nNothing was learnt: this was a dry run\.\n$/);
  }, 60_000);

  test("what cannot be imported is refused in plain words", async () => {
    expect(await imports(join(folder, "none.jsonl"))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("cannot be read"),
    });
    expect(await imports(await fileOf("bad.jsonl", ["{}"]), "--project", "shop")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("holds no login"),
    });
    expect(await imports(await fileOf("some.jsonl", madeLogins(1, 1)))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("There are several projects; name one with --project NAME"),
    });
    expect(await imports(join(folder, "some.jsonl"), "--project", "nobody")).toMatchObject({ code: 1 });
  }, 60_000);
});
