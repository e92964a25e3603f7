import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import { EmbeddedPostgresError, useYourOwn } from "./embedded-postgres-error.js";

/** How to reach the instance as its superuser. */
export interface SuperuserAccess {
  readonly port: number;
  readonly password: string;
}

/** Our standing among the processes that use the instance. */
export interface Presence {
  /** The superuser's connection that bears it. */
  readonly sql: postgres.Sql;
  /**
   * Gives the standing up. Returns whether nobody else uses the instance; if so, nobody can join any more until the
   * instance has stopped or `close` was called. Rejects when the instance is gone.
   */
  leave(): Promise<boolean>;
  /** Closes the connection. */
  close(): Promise<void>;
}

/** Connections whose application_name begins so keep the instance running. */
export const applicationPrefix = "rupt";

/** Everyone present shares this advisory lock; who stops the instance needs it alone. */
const presenceLock = 0x72757074;
const lastConnectionsMs = 1000;
const regainMs = 500;

/**
 * Joins the processes that use the instance: until `leave`, no other one stops it. A process that dies has left.
 * Returns undefined when the instance is about to stop or does not answer.
 * Throws EmbeddedPostgresError when it refuses our password.
 */
export async function join(access: SuperuserAccess): Promise<Presence | undefined> {
  let leaving = false;
  let regaining = false;
  // PostgreSQL drops all connections when one of its processes crashes, and ours bears the lock.
  const regain = async (): Promise<void> => {
    if (regaining) return;
    regaining = true;
    while (!leaving) {
      await sleep(regainMs, undefined, { ref: false });
      if (leaving || (await takeShare(sql).catch(() => false))) break;
    }
    regaining = false;
  };
  const sql = connect(access, () => void regain());
  const leave = (): Promise<boolean> => {
    leaving = true;
    return leaveAndAsk(sql);
  };
  const close = async (): Promise<void> => {
    leaving = true;
    await sql.end({ timeout: 0 });
  };
  try {
    if (await takeShare(sql)) return { sql, leave, close };
  } catch (error) {
    if (!isUnavailable(error)) {
      await close();
      throw isRefusal(error) ? wrongPassword(error) : error;
    }
  }
  await close();
  return undefined;
}

function connect({ port, password }: SuperuserAccess, onclose: () => void): postgres.Sql {
  return postgres({
    host: "127.0.0.1",
    port,
    password,
    username: "postgres",
    database: "postgres",
    max: 1,
    idle_timeout: 0,
    // A connection that is renewed after a while would lose the lock in between.
    max_lifetime: null,
    connect_timeout: 5,
    fetch_types: false,
    // Not the prefix: else two processes that leave together would each keep the instance for the other.
    connection: { application_name: "presence" },
    onnotice: () => {},
    onclose,
  });
}

async function takeShare(sql: postgres.Sql): Promise<boolean> {
  const [row] = await sql<{ held: boolean }[]>`SELECT pg_try_advisory_lock_shared(${presenceLock}) AS held`;
  return row?.held === true;
}

/** First gives up the share, then asks for the whole: of two that leave together at least one gets it. */
async function leaveAndAsk(sql: postgres.Sql): Promise<boolean> {
  await sql`SELECT pg_advisory_unlock_all()`;
  const [row] = await sql<{ held: boolean }[]>`SELECT pg_try_advisory_lock(${presenceLock}) AS held`;
  return row?.held === true && (await othersAreGone(sql));
}

/** PostgreSQL takes a moment to notice that a pool was closed. */
async function othersAreGone(sql: postgres.Sql): Promise<boolean> {
  const deadline = performance.now() + lastConnectionsMs;
  for (;;) {
    const [row] = await sql<{ others: boolean }[]>`
      SELECT EXISTS (
        SELECT FROM pg_stat_activity
        WHERE backend_type = 'client backend' AND starts_with(application_name, ${applicationPrefix})
      ) AS others`;
    if (row?.others !== true) return true;
    if (performance.now() > deadline) return false;
    await sleep(20);
  }
}

/** No connection, or one to an instance that starts, stops or recovers, for which PostgreSQL's class is 57P. */
function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return false;
  return error instanceof postgres.PostgresError
    ? error.code.startsWith("57P")
    : /^(E[A-Z]+|CONNECT.*)$/.test(error.code);
}

function isRefusal(error: unknown): boolean {
  return error instanceof postgres.PostgresError && error.code.startsWith("28");
}

function wrongPassword(cause: unknown): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `PostgreSQL refuses the password kept beside its data: restore that file, ${useYourOwn}`,
    { cause },
  );
}
