import type postgres from "postgres";

/** Resolves when so many statements wait for a lock in the database that `sql` is connected to. */
export async function untilWaiting(sql: postgres.Sql<Record<never, unknown>>, count = 1): Promise<void> {
  for (;;) {
    const [row] = await sql<{ n: number }[]>`
      select count(*)::int as n from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`;
    if ((row?.n ?? 0) >= count) return;
  }
}
