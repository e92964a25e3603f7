import { AppError } from "../../errors.js";

/** Codes of the client library for a connection that is not there. */
const connectionFaults = new Set([
  "CONNECTION_CLOSED",
  "CONNECTION_DESTROYED",
  "CONNECTION_ENDED",
  "CONNECT_TIMEOUT",
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
]);

/** SQLSTATE classes and codes for a database that cannot serve now: lost connections, too many of them, shut down, starting, time-out, read-only after a fail-over. */
const unavailableStates = /^(08|53|57P|57014|25006)/;

/** SQLSTATE of a row that breaks a constraint. */
const checkViolation = "23514";
/** SQLSTATE of a unique key that is taken. */
const uniqueViolation = "23505";

/** SQLSTATE, or the code of the client library or the system; undefined where an error has none. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** Whether no connection was there, rather than one that the database refused or lost. */
export function isConnectionFault(error: unknown): boolean {
  return connectionFaults.has(codeOf(error) ?? "");
}

/** Whether the fault is a row that breaks a constraint of its table or partition. */
export function isCheckViolation(error: unknown): boolean {
  return codeOf(error) === checkViolation;
}

/** Whether the fault is a unique key that is taken. */
export function isUniqueViolation(error: unknown): boolean {
  return codeOf(error) === uniqueViolation;
}

/** Whether the fault is a division by zero, by which a statement takes itself back as a whole. */
export function isDivisionByZero(error: unknown): boolean {
  return codeOf(error) === "22012";
}

/** Whether a value of a request is what the database refused (SQLSTATE classes 21, 22 and 23), rather than the database being at fault. */
export function isBadValue(error: unknown): boolean {
  return /^2[123]/.test(codeOf(error) ?? "");
}

/** Whether the fault passes by itself when the statement is given again: a deadlock or a serialization failure. */
function isTransient(code: string | undefined): boolean {
  return code === "40001" || code === "40P01";
}

/**
 * How long a statement is waited for, in the pool's queue and under way. The database gives up earlier by itself; this is for one that
 * has fallen silent, or sits behind something that takes connections without passing them on.
 */
const patienceMs = 10_000;

async function inTime<T>(statement: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(Object.assign(new Error(`no answer within ${patienceMs} ms`), { code: "ETIMEDOUT" })),
      patienceMs,
    );
  });
  try {
    return await Promise.race([statement(), late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Runs a statement; a database that is gone, or does not answer within ten seconds, becomes `database_unavailable`, other faults stay as
 * they are. A deadlock is tried once more.
 */
export async function guarded<T>(statement: () => Promise<T>): Promise<T> {
  try {
    try {
      return await inTime(statement);
    } catch (error) {
      if (!isTransient(codeOf(error))) throw error;
      return await inTime(statement);
    }
  } catch (error) {
    const code = codeOf(error);
    if (
      code !== undefined &&
      (connectionFaults.has(code) || unavailableStates.test(code) || isTransient(code))
    ) {
      throw new AppError(
        "database_unavailable",
        "The database cannot be reached at the moment; try again shortly.",
        {
          retryAfterSeconds: 1,
          cause: error,
        },
      );
    }
    throw error;
  }
}
