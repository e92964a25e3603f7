import { afterAll, beforeAll, expect, test } from "vitest";
import { type Clock, systemClock } from "../../server/clock.js";
import { variables } from "../../server/config.js";
import { createMigratedDatabase } from "../postgres/migrated-database.js";
import type { TestDatabase } from "../postgres/test-database.js";
import { runProgram } from "../server/server-process.js";
import { rest, startTestServer, type TestServer } from "../server/test-server.js";

let database: TestDatabase;
let server: TestServer<Clock>;
beforeAll(async () => {
  database = await createMigratedDatabase();
  server = await startTestServer({ databaseUrl: database.url, clock: systemClock });
});
afterAll(async () => {
  await server.stop();
  await database.drop();
});

async function rupt(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runProgram("rupt.js", args, { DATABASE_URL: database.url });
  expect(stderr).toBe("");
  expect(code).toBe(0);
  return stdout;
}

async function refusedRupt(...args: readonly string[]): Promise<string> {
  const { code, stderr } = await runProgram("rupt.js", args, { DATABASE_URL: database.url });
  expect(code).toBe(1);
  expect(stderr).not.toMatch(/\bat .+:\d+:\d+/);
  return stderr;
}

const secretIn = (text: string) => /rupt_[A-Za-z0-9_-]{43}/.exec(text)?.[0] ?? "";
const statusWith = async (secret: string) =>
  (await rest(`${server.baseUrl}/v2/evaluations`, { headers: { authorization: `Bearer ${secret}` } })).status;

/** Calls until the answer is the wanted one; a running server believes a secret for a second. */
async function becomes(status: number, secret: string): Promise<void> {
  while ((await statusWith(secret)) !== status);
}

test("a project is made, shown, set and listed beside a running server", async () => {
  const secret = secretIn(await rupt("project", "create", "Café & Søn"));
  expect(await statusWith(secret)).toBe(200);
  expect(await rupt("project", "list")).toMatch(/^Café & Søn +[0-9a-f-]{36} +20/m);
  expect(await rupt("project", "show", "Café & Søn")).toMatch(/^max_attempts +5 +default/m);
  await rupt("project", "set", "Café & Søn", "max_attempts", "3");
  expect(await rupt("project", "show", "Café & Søn")).toMatch(/^max_attempts +3 +set/m);
  await rupt("project", "set", "Café & Søn", "max_attempts", "default");
  expect(await rupt("project", "show", "Café & Søn")).toMatch(/^max_attempts +5 +default/m);
});

test("what is switched reads on and off, and a changed setting is told as it now holds", async () => {
  await rupt("project", "create", "switching");
  expect(await rupt("project", "show", "switching")).toMatch(/^login_notices +on +default +on, off/m);
  expect(await rupt("project", "set", "switching", "login-notices", "0")).toBe(
    'login_notices of "switching" is now off.\n',
  );
  expect(await rupt("project", "show", "switching")).toMatch(/^login_notices +off +set +on, off/m);
  expect(await rupt("project", "set", "switching", "login_notices", "default")).toBe(
    'login_notices of "switching" is now on, the default.\n',
  );
  expect(await rupt("project", "set", "switching", "brand_name", "default")).toBe(
    'brand_name of "switching" is now the default.\n',
  );
  expect(await refusedRupt("project", "set", "switching", "login_notices", "yes")).toBe(
    'login_notices must be "on" or "off", or the word "default".\n',
  );
});

test("a secret is rotated: both work, until the overlap is over", async () => {
  const old = secretIn(await rupt("project", "create", "rotating"));
  const next = secretIn(await rupt("secret", "rotate", "rotating"));
  expect(next).not.toBe(old);
  expect([await statusWith(old), await statusWith(next)]).toEqual([200, 200]);
  const listed = await rupt("secret", "list", "rotating");
  expect(listed.match(/^[0-9a-f-]{36} /gm)).toHaveLength(2);
  expect(listed).not.toMatch(/rupt_/);
  const last = secretIn(await rupt("secret", "rotate", "rotating", "--overlap", "0"));
  await becomes(401, old);
  await becomes(401, next);
  expect(await statusWith(last)).toBe(200);
  expect((await rupt("secret", "list", "rotating")).match(/^[0-9a-f-]{36} /gm)).toHaveLength(1);
});

test("a revoked secret stops, and only that one", async () => {
  const first = secretIn(await rupt("project", "create", "revoking"));
  const second = secretIn(await rupt("secret", "rotate", "revoking"));
  const [, newest = ""] = /^([0-9a-f-]{36}) /m.exec(await rupt("secret", "list", "revoking")) ?? [];
  await rupt("secret", "revoke", "revoking", newest);
  await becomes(401, second);
  expect(await statusWith(first)).toBe(200);
  expect(await refusedRupt("secret", "revoke", "revoking", newest)).toMatch(/no working secret/);
});

test("what cannot be done is refused in one sentence", async () => {
  await rupt("project", "create", "taken");
  expect(await refusedRupt("project", "create", "taken")).toMatch(/already a project/);
  expect(await refusedRupt("project", "create", " spaced ")).toMatch(/printable/);
  expect(await refusedRupt("project", "show", "absent")).toMatch(/no project "absent"/);
  expect(await refusedRupt("project", "set", "taken", "max_attempts", "99")).toMatch(/from 1 to 10/);
  expect(await refusedRupt("project", "set", "taken", "constructor", "1")).toMatch(/no setting/);
  expect(await refusedRupt("secret", "rotate", "taken", "--overlap", "soon")).toMatch(/24h/);
  expect(await refusedRupt("secret", "revoke", "taken", "'; drop table secrets")).toMatch(
    /no working secret/,
  );
});

test("who mistypes a command, or names what is not there, is told where to look", async () => {
  await rupt("project", "create", "looked-for");
  for (const [args, told] of [
    [["bogus"], /unknown command.*\nSee: npm run rupt -- --help$/m],
    [["project", "create"], /missing.*'name'\nSee: npm run rupt -- project create --help$/m],
    [["import", "--bogus"], /unknown option.*\nSee: npm run rupt -- import --help$/m],
    [["list", "remove", "looked-for", "deny", "user", "u1"], /See: npm run rupt -- list show looked-for$/m],
    [["policy", "activate", "looked-for", "9"], /See: npm run rupt -- policy list looked-for$/m],
    [["policy", "rollback", "looked-for"], /See: npm run rupt -- policy list looked-for$/m],
  ] as const)
    expect(await refusedRupt(...args), args.join(" ")).toMatch(told);
});

test("the help names every variable and fits a terminal", async () => {
  const help = await rupt("--help");
  for (const { name } of variables) expect(help).toMatch(new RegExp(`^ {2}${name} `, "m"));
  // Two words of a URL cannot be broken.
  expect(help.split("\n").filter((line) => line.length > 80 && !line.includes("://"))).toEqual([]);
});

test("contacts are sealed under the newest key by one command, which has nothing left to do the second time", async () => {
  expect(await rupt("keys", "reseal")).toMatch(/^0 rows resealed under [0-9a-f]{8}\.$/m);
});
