import { afterAll, beforeAll, expect, test } from "vitest";
import type { TestClock } from "../server/test-clock.js";
import { rest, startTestServer, type TestServer } from "../server/test-server.js";

const rows = 1_000_000;

let server: TestServer<TestClock>;
let statements: readonly string[] = [];

/** Tables that grow with the users of a site. */
const large =
  /\b(users|challenges|evaluations|idempotency_keys|devices|device_paths|fingerprints|deliveries|counters|notices|attack_reports|feedback)\b/;

/** Every statement that the four calls and the erasure of a user give, as the database has prepared it. */
beforeAll(async () => {
  // One connection, so that its prepared statements are those of all calls.
  server = await startTestServer({ env: { DATABASE_POOL_SIZE: "1" } });
  const login = (fingerprint: string, ip: string) =>
    server.post("/v2/evaluate", { action: "login", user: "u1", fingerprint, ip, email: "ann@example.com" });
  await login("laptop", "84.208.20.110");
  const asked = (await login("phone", "8.8.8.8")).body.challenge_id;
  await server.post(`/v2/challenges/${asked}/send`);
  await server.post(`/v2/challenges/${asked}/verify`, { code: server.codeFor("ann@example.com") });
  await server.post(`/v2/challenges/${asked}/complete`);
  await rest(`${server.baseUrl}/v2/users/u1`, {
    method: "DELETE",
    headers: { authorization: `Bearer ${server.secret}` },
  });
  const { sql } = server.foundation;
  const prepared = await sql<{ statement: string }[]>`select statement from pg_prepared_statements`;
  statements = prepared
    .map(({ statement }) => statement)
    .filter((text) => large.test(text) && !/\bpg_\w+\s/.test(text));

  const [project] = await sql<{ project_id: string }[]>`select project_id from projects`;
  const projectId = project?.project_id ?? "";
  await sql`set statement_timeout = 0`;
  await sql`
    insert into users (project_id, user_key, version, first_seen_at, last_seen_at, devices, memory, contacts)
    select ${projectId}, 'filler-' || n, 1, now(), now(), '{}', '', '{}' from generate_series(1, ${rows}::int) n`;
  await sql`
    insert into challenges (project_id, challenge_id, evaluation_id, user_key, reasons, status, max_attempts, max_sends, lesson, created_at, expires_at)
    select ${projectId}, gen_random_uuid(), gen_random_uuid(), 'filler-' || n, '{}', 'created', 5, 5, '{}', now(), now()
    from generate_series(1, ${rows / 10}::int) n`;
  await sql`
    insert into idempotency_keys (project_id, key_hash, request_hash, evaluation_id, expires_at)
    select ${projectId}, decode(md5(n::text), 'hex'), '', gen_random_uuid(), now() from generate_series(1, ${rows / 10}::int) n`;
  await sql`
    insert into evaluations (project_id, evaluation_id, user_key, action, failed, verdict, body)
    select ${projectId}, gen_random_uuid(), 'filler-' || n % 1000, 'login', false, 'allow', '' from generate_series(1, ${rows / 10}::int) n`;
  await sql`
    insert into devices (project_id, device_id, version, first_seen_at, last_seen_at, readings)
    select ${projectId}, gen_random_uuid(), 1, now(), now(), '' from generate_series(1, ${rows / 10}::int) n`;
  await sql`
    insert into fingerprints (project_id, fingerprint_key, device_id, first_seen_at)
    select ${projectId}, decode(md5(n::text), 'hex'), gen_random_uuid(), now() from generate_series(1, ${rows / 10}::int) n`;
  await sql`
    insert into device_paths (project_id, path_key, device_id)
    select ${projectId}, decode(md5(n::text), 'hex'), gen_random_uuid() from generate_series(1, ${rows / 10}::int) n`;
  await sql`
    insert into deliveries (project_id, challenge_id, delivery_id, channel, status, charges, created_at, updated_at)
    select ${projectId}, gen_random_uuid(), gen_random_uuid(), 'email', 'sent', '{}', now(), now()
    from generate_series(1, ${rows / 10}::int) n`;
  await sql`
    insert into counters (project_id, counter_key, bucket, failed, succeeded, users, failed_before, succeeded_before, users_before, expires_at)
    select ${projectId}, 'u:filler-' || n, 0, 0, 0, 0, 0, 0, 0, now() from generate_series(1, ${rows / 10}::int) n`;
  await sql`
    insert into notices (project_id, notice_id, kind, channel, contact, evaluation_id, due_at, created_at)
    select ${projectId}, gen_random_uuid(), 'was_this_you', 'email', '', gen_random_uuid(), now(), now()
    from generate_series(1, ${rows / 10}::int) n`;
  await sql`
    insert into attack_reports (project_id, evaluation_id, user_key, reported_at)
    select ${projectId}, gen_random_uuid(), 'filler-' || n, now() from generate_series(1, ${rows / 10}::int) n`;
  await sql`
    insert into feedback (project_id, evaluation_id, user_key, label, reported_at)
    select ${projectId}, gen_random_uuid(), 'filler-' || n, 'owner', now() from generate_series(1, ${rows / 10}::int) n`;
  await sql`analyze`;
}, 180_000);
afterAll(() => server.stop());

test("the evaluations of one user are found by their index, newest first", async () => {
  await server.get("/v2/evaluations?user=u1");
  const { sql } = server.foundation;
  const [listed] = await sql<{ statement: string }[]>`
    select statement from pg_prepared_statements where statement like '%from evaluations where%order by evaluation_id desc%' and statement not like '%pg_%'`;
  const plan = await sql.unsafe<{ "QUERY PLAN": string }[]>(`explain (generic_plan) ${listed?.statement}`);
  const lines = plan.map((line) => line["QUERY PLAN"]).join("\n");
  expect(lines).toContain("Index Cond: (uuid_hash_extended(project_id, hashtextextended(user_key");
  expect(lines).not.toContain("Sort");
});

test("the four calls and the erasure were caught", () => {
  expect(statements.length).toBeGreaterThanOrEqual(9);
  expect(statements.filter((text) => text.includes("delete from users"))).toHaveLength(1);
});

test(`no statement of the four calls or of an erasure reads a whole table at ${rows} users`, async () => {
  const { sql } = server.foundation;
  const scans: string[] = [];
  for (const statement of statements) {
    const plan = await sql.unsafe<{ "QUERY PLAN": string }[]>(`explain (generic_plan) ${statement}`);
    const lines = plan.map((line) => line["QUERY PLAN"]);
    const whole = lines.filter((line) => line.includes("Seq Scan on ") && large.test(line));
    if (whole.length > 0) scans.push(`${statement}\n${lines.join("\n")}`);
  }
  expect(scans).toEqual([]);
});
