import type postgres from "postgres";

/** The role that owns the database, and the database itself. */
export const databaseName = "rupt";

/**
 * Makes sure that the database `rupt` exists and belongs to the role `rupt`, which logs in with `password`, may
 * create further databases and is no superuser, so that an injected statement stays inside the database. Safe to
 * repeat after a crash between any two statements.
 */
export async function prepareDatabase(sql: postgres.Sql, password: string): Promise<void> {
  const [found] = await sql<{ role: boolean; database: boolean }[]>`
    SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = ${databaseName}) AS role,
           EXISTS (SELECT FROM pg_database WHERE datname = ${databaseName}) AS database`;
  if (found?.role !== true) {
    // These statements take no parameters; the password is base64url, so it needs no quoting either.
    await sql.unsafe(`CREATE ROLE ${databaseName} LOGIN CREATEDB PASSWORD '${password}'`);
  }
  if (found?.database !== true) {
    await sql.unsafe(`CREATE DATABASE ${databaseName} OWNER ${databaseName}`);
  }
}
