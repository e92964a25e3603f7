import postgres from "postgres";
import { applicationName, type Database } from "./database.js";
import { guarded } from "./faults.js";
import { migrations } from "./migrations/index.js";
import { unusableDatabase } from "./unusable-database.js";

/** The schema version that this code works with. */
export const schemaVersion: number = migrations.at(-1)?.version ?? 0;

/** Any number, as long as all servers take the same. */
const migrationLock = 7_283_946_105;

/** The database has been migrated by a newer release than this one. */
export class SchemaTooNewError extends Error {
  override readonly name = "SchemaTooNewError";

  constructor(found: number) {
    super(
      `The database has schema version ${found}, but this release knows only ${schemaVersion}. Start a release at least as new as the one that migrated it.`,
    );
  }
}

/**
 * Brings the schema to this release's version. Servers that start at once wait for each other. Answers how many steps were made. Throws
 * SchemaTooNewError, and changes nothing, when the schema is newer, and StartError when the database cannot be used.
 */
export async function migrate(url: string): Promise<number> {
  const sql = postgres(url, {
    max: 1,
    onnotice: () => {},
    connect_timeout: 10,
    connection: { application_name: applicationName },
  });
  try {
    await prepare(sql).catch((error) => {
      throw unusableDatabase(url, error);
    });
    const [row] = await sql<
      { found: number }[]
    >`select coalesce(max(version), 0) as found from schema_migrations`;
    const found = row?.found ?? 0;
    if (found > schemaVersion) throw new SchemaTooNewError(found);
    const steps = migrations.filter((migration) => migration.version > found);
    for (const { version, name, sql: text, convert } of steps) {
      await sql.begin(async (transaction) => {
        await transaction`insert into schema_migrations (version, name) values (${version}, ${name})`;
        await transaction.unsafe(text);
        await convert?.(transaction);
      });
    }
    return steps.length;
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** The first statements: whatever is wrong with the address, the user or the rights shows here. */
async function prepare(sql: postgres.Sql): Promise<void> {
  await sql`select pg_advisory_lock(${migrationLock}::bigint)`;
  await sql`
    create table if not exists schema_migrations (
      version integer primary key, name text not null, applied_at timestamptz not null default now()
    )`;
}

/** The schema version of the database, 0 before the first migration. */
export function currentSchemaVersion(sql: Database): Promise<number> {
  return guarded(async () => {
    const [row] = await sql<
      { found: number }[]
    >`select coalesce(max(version), 0) as found from schema_migrations`;
    return row?.found ?? 0;
  });
}
