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
  /** Ends what brings the standing back when PostgreSQL has ended: nothing is started any more. */
  settle(): Promise<void>;
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
const shortestWaitMs = 50;
const longestWaitMs = 10_000;

/**
 * Joins the processes that use the instance: until `leave`, no other one stops it. A process that dies has left. Whenever the connection is
 * lost, `revive` sees to it that an instance runs; it is called until we have joined again, at first at once, then after longer and longer
 * waits, and shall start nothing any more when its signal is aborted.
 * Returns undefined when the instance is about to stop or does not answer.
 * Throws EmbeddedPostgresError when it refuses our password.
 */
export async function join(
  access: SuperuserAccess,
  revive: (leaving: AbortSignal) => Promise<void>,
): Promise<Presence | undefined> {
  const leaving = new AbortController();
  let regaining: Promise<void> | undefined;
  // PostgreSQL drops all connections when it or one of its processes crashes, and ours bears the lock.
  const regain = async (): Promise<void> => {
    for (let waitMs = shortestWaitMs; !leaving.signal.aborted; waitMs = Math.min(2 * waitMs, longestWaitMs)) {
      await revive(leaving.signal).catch(() => {});
      if (await takeShare(sql).catch(() => false)) break;
      await sleep(waitMs, undefined, { ref: false, signal: leaving.signal }).catch(() => {});
    }
    regaining = undefined;
  };
  let joined = false;
  const sql = connect(access, () => {
    if (joined) regaining ??= regain();
  });
  const settle = async (): Promise<void> => {
    leaving.abort();
    await regaining;
  };
  const leave = async (): Promise<boolean> => {
    await settle();
    return leaveAndAsk(sql);
  };
  const close = async (): Promise<void> => {
    leaving.abort();
    await sql.end({ timeout: 0 });
  };
  try {
    joined = await takeShare(sql);
    if (joined) return { sql, settle, leave, close };
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
    // The waits are those of `join`.
    backoff: () => 0,
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
