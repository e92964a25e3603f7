import postgres from "postgres";

/** A pool of connections. Instants travel as milliseconds since 1970. */
export type Database = postgres.Sql<{ instant: number }>;

/** A part of a statement. */
export type Fragment = postgres.PendingQuery<postgres.Row[]>;

/** How to open a pool. */
export interface DatabaseOptions {
  /** postgres://user:password@host:port/database */
  readonly url: string;
  readonly poolSize: number;
  /** Whether to use prepared statements; off behind poolers that cannot keep them. */
  readonly prepare: boolean;
}

/** Every connection of ours carries this name, so that operators can tell them from others'. */
export const applicationName = "rupt";

/** How long one statement may take before it is given up. */
const statementTimeoutMs = 5_000;

/** Opens a pool; connects when first used, and again by itself after the database was gone. */
export function openDatabase({ url, poolSize, prepare }: DatabaseOptions): Database {
  return postgres(url, {
    max: poolSize,
    prepare,
    // A pooler that cannot keep prepared statements refuses start-up parameters that it does not know, too.
    // Every statement looks things up by key, so its plan does not depend on its values; planning the largest anew each time took 2 ms.
    connection: prepare
      ? {
          application_name: applicationName,
          statement_timeout: statementTimeoutMs,
          plan_cache_mode: "force_generic_plan",
          // Compiling a plan takes far longer than running these.
          jit: "off",
        }
      : { application_name: applicationName },
    connect_timeout: 3,
    backoff: (attempt) => Math.min(1, 0.05 * 2 ** attempt),
    onnotice: () => {},
    types: {
      instant: {
        to: 1184,
        from: [1184],
        serialize: (value: number) => new Date(value).toISOString(),
        parse: (text: string) => Date.parse(text),
      },
      bigint: {
        to: 20,
        from: [20],
        serialize: (value: number) => String(value),
        parse: (text: string) => Number(text),
      },
    },
  }) as unknown as Database;
}
