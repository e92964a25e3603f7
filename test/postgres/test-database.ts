import { randomBytes } from "node:crypto";
import postgres from "postgres";
import { inject } from "vitest";

/** A database of one test file's own. */
export interface TestDatabase {
  readonly url: string;
  /** Removes the database; connections still open are cut. */
  drop(): Promise<void>;
}

/** Anything, but the same in all workers. */
const templateLock = 0x74656d70;

/**
 * A new database on the run's throw-away PostgreSQL (`global-setup.ts`), cloned from the template that `prepare` made.
 * `prepare` is called once in a run for each `name` (a-z, 0-9 and _), by whichever worker comes first, with the URL
 * of an empty database; it must have closed its connections when it returns.
 */
export async function createTestDatabase(
  prepare: (url: string) => Promise<void>,
  name: string,
): Promise<TestDatabase> {
  if (!/^[a-z0-9_]{1,40}$/.test(name)) throw new Error(`not a name for a template database: ${name}`);
  const clone = `${name}_${randomBytes(6).toString("hex")}`;
  await withServer(async (sql) => {
    const template = await ensureTemplate(sql, prepare, name);
    // Without durability, copying the files takes half as long as going through the log.
    await sql.unsafe(`CREATE DATABASE ${clone} TEMPLATE ${template} STRATEGY FILE_COPY`);
  });
  return {
    url: urlOf(clone),
    drop: () =>
      withServer(async (sql) => {
        await sql.unsafe(`DROP DATABASE IF EXISTS ${clone} WITH (FORCE)`);
      }),
  };
}

async function ensureTemplate(
  sql: postgres.Sql,
  prepare: (url: string) => Promise<void>,
  name: string,
): Promise<string> {
  const template = `template_${name}`;
  if (await databaseExists(sql, template)) return template;
  await sql`SELECT pg_advisory_lock(${templateLock})`;
  try {
    if (await databaseExists(sql, template)) return template;
    // Renamed when finished, so that a template is never seen half prepared.
    const draft = `draft_${name}`;
    await sql.unsafe(`DROP DATABASE IF EXISTS ${draft} WITH (FORCE)`);
    await sql.unsafe(`CREATE DATABASE ${draft}`);
    await prepare(urlOf(draft));
    await sql.unsafe(`ALTER DATABASE ${draft} RENAME TO ${template}`);
    return template;
  } finally {
    await sql`SELECT pg_advisory_unlock(${templateLock})`;
  }
}

async function databaseExists(sql: postgres.Sql, name: string): Promise<boolean> {
  return (await sql`SELECT FROM pg_database WHERE datname = ${name}`).length > 0;
}

function urlOf(database: string): string {
  const url = new URL(inject("postgresUrl"));
  url.pathname = `/${database}`;
  return url.href;
}

async function withServer<T>(work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(inject("postgresUrl"), { max: 1, fetch_types: false, onnotice: () => {} });
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 1 });
  }
}
