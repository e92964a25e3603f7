import { afterAll, beforeAll, expect, test } from "vitest";
import { type Database, openDatabase } from "../../server/store/postgres/database.js";
import { createMigratedDatabase } from "../postgres/migrated-database.js";
import type { TestDatabase } from "../postgres/test-database.js";

/** Small tables that every machine of a distributed PostgreSQL would keep a copy of; all others are spread by project. */
const copiedEverywhere = new Set([
  "projects",
  "secrets",
  "public_clients",
  "master_keys",
  "schema_migrations",
  "geo_builds",
]);

let database: TestDatabase;
let sql: Database;
beforeAll(async () => {
  database = await createMigratedDatabase();
  sql = openDatabase({ url: database.url, poolSize: 1, prepare: true });
});
afterAll(async () => {
  await sql.end();
  await database.drop();
});

test("every key of a table that is spread by project leads with project_id", async () => {
  const keys = await sql<{ table: string; index: string; first: string }[]>`
    select c.relname as table, i.relname as index, a.attname as first
    from pg_index x
    join pg_class i on i.oid = x.indexrelid
    join pg_class c on c.oid = x.indrelid
    join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
    left join pg_attribute a on a.attrelid = c.oid and a.attnum = x.indkey[0]
    where x.indisunique`;
  const wrong = keys.filter(({ table, first }) => !copiedEverywhere.has(table) && first !== "project_id");
  expect(keys.length).toBeGreaterThan(5);
  expect(wrong).toEqual([]);
});

test("every table that is spread by project has a primary key", async () => {
  const tables = await sql<{ table: string }[]>`
    select c.relname as table from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
    where c.relkind in ('r', 'p') and not exists (select from pg_index x where x.indrelid = c.oid and x.indisprimary)`;
  expect(tables).toEqual([]);
});

test("foreign keys stay within what is spread alike", async () => {
  const links = await sql<{ from: string; to: string; first: string }[]>`
    select k.conrelid::regclass::text as from, k.confrelid::regclass::text as to, a.attname as first
    from pg_constraint k join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
    where k.contype = 'f'`;
  const wrong = links.filter(({ from, first }) => !copiedEverywhere.has(from) && first !== "project_id");
  expect(wrong).toEqual([]);
});

test("no triggers, no serial keys, nothing that only one machine could number", async () => {
  const triggers = await sql`select tgname from pg_trigger where not tgisinternal`;
  const sequences = await sql`select relname from pg_class where relkind = 'S'`;
  expect([...triggers]).toEqual([]);
  expect([...sequences]).toEqual([]);
});
