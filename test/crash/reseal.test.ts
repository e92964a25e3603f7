import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterAll, beforeAll, expect, test } from "vitest";
import { deriveKeys } from "../../server/keys.js";
import { contactBook } from "../../server/service/contact-book.js";
import { type Database, openDatabase } from "../../server/store/postgres/database.js";
import { createMigratedDatabase } from "../postgres/migrated-database.js";
import type { TestDatabase } from "../postgres/test-database.js";
import { untilWaiting } from "../postgres/until-waiting.js";
import { runProgram } from "../server/server-process.js";
import { nextMasterKey as newKey, testMasterKey } from "../server/test-server.js";

/** More than two parts of a walk. */
const rows = 1_200;
const projectId = "00000000-0000-7000-8000-000000000001";

let database: TestDatabase;
let sql: Database;
beforeAll(async () => {
  database = await createMigratedDatabase();
  sql = openDatabase({ url: database.url, poolSize: 4, prepare: true });
});
afterAll(async () => {
  await sql.end();
  await database.drop();
});

const env = () => ({ DATABASE_URL: database.url, MASTER_KEYS: `${newKey},${testMasterKey}` });
const emailOf = (n: number) => `user-${n}@example.com`;

async function fill(): Promise<void> {
  const old = contactBook(deriveKeys([testMasterKey]), projectId);
  const kept = Array.from({ length: rows }, (_, n) => old.anew("email", emailOf(n)));
  const sealed = kept.map((contact) => contact.sealed);
  const contacts = kept.map((contact) => JSON.stringify({ email: { known: { ...contact, since: 0 } } }));
  await sql`
    insert into users (project_id, user_key, version, first_seen_at, last_seen_at, devices, memory, contacts)
    select ${projectId}, 'user-' || n - 1, 1, now(), now(), '{}', '', c::jsonb
    from unnest(${contacts}::text[]) with ordinality as x (c, n)`;
  await sql`
    insert into challenges (project_id, challenge_id, evaluation_id, user_key, reasons, status, max_attempts, max_sends, lesson,
      email, created_at, expires_at)
    select ${projectId}, gen_random_uuid(), gen_random_uuid(), 'user-' || n - 1, '{}', 'created', 5, 5, '{}', s, now(), now()
    from unnest(${sealed}::text[]) with ordinality as x (s, n)`;
  await sql`
    insert into notices (project_id, notice_id, kind, channel, contact, evaluation_id, challenge_id, due_at, created_at)
    select project_id, gen_random_uuid(), 'was_this_you', 'email', email, evaluation_id, challenge_id, now(), now() from challenges`;
}

/** Every place of every contact, as whose it is and what lies there. */
const contacts = () => sql<{ user_key: string; sealed: string }[]>`
  select user_key, contacts #>> '{email,known,sealed}' as sealed from users
  union all select user_key, email from challenges
  union all select c.user_key, n.contact from notices n join challenges c using (project_id, challenge_id)`;

/** Runs `rupt keys reseal` until it waits for the table, and kills it there. */
async function killedAt(table: string): Promise<void> {
  await sql.begin(async (holder) => {
    await holder`lock table ${holder(table)} in exclusive mode`;
    const child = spawn(process.execPath, ["dist/rupt.js", "keys", "reseal"], {
      env: { ...process.env, ...env() },
      stdio: "ignore",
    });
    const ended = once(child, "exit");
    await Promise.race([untilWaiting(sql), ended]);
    expect(child.exitCode).toBeNull();
    child.kill("SIGKILL");
    expect((await ended)[1]).toBe("SIGKILL");
  });
}

test("a reseal that is killed in each of its walks and run again leaves every contact readable under the new key alone", async () => {
  await fill();
  const both = contactBook(deriveKeys([newKey, testMasterKey]), projectId);
  for (const table of ["users", "challenges", "notices"]) {
    await killedAt(table);
    const midway = await contacts();
    expect(midway).toHaveLength(3 * rows);
    for (const { user_key, sealed } of midway) expect(both.open(sealed)).toBe(`${user_key}@example.com`);
    const newId = deriveKeys([newKey]).id;
    const done = midway.filter(({ sealed }) => sealed.startsWith(`${newId}.`)).length;
    expect(done).toBeLessThan(3 * rows);
    if (table !== "users") expect(done).toBeGreaterThan(0);
  }
  const { code, stdout } = await runProgram("rupt.js", ["keys", "reseal"], env());
  expect(stdout).toMatch(/^\d+ rows resealed under [0-9a-f]{8}\.$/m);
  expect(code).toBe(0);
  const only = contactBook(deriveKeys([newKey]), projectId);
  const after = await contacts();
  expect(after).toHaveLength(3 * rows);
  for (const { user_key, sealed } of after) expect(only.open(sealed)).toBe(`${user_key}@example.com`);
  const hashes = await sql<{ user_key: string; hash: string }[]>`
    select user_key, contacts #>> '{email,known,hash}' as hash from users`;
  for (const { user_key, hash } of hashes) {
    expect(hash).toBe(only.given({ email: `${user_key}@example.com`, phone: undefined }).email?.hash);
  }
});
