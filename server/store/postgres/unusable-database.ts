import { StartError } from "../../errors.js";
import { codeOf, isConnectionFault } from "./faults.js";

/** SQLSTATE of a right that the user lacks. */
const insufficientPrivilege = "42501";

/**
 * What is wrong with the database that a start first asks, and what to do about it. PostgreSQL's own words name the user and the database, never
 * the password.
 */
export function unusableDatabase(url: string, cause: unknown): StartError {
  const { host, username } = new URL(url);
  const code = codeOf(cause);
  // Where a name has several addresses and none answers, the message is empty.
  const words = (cause instanceof Error ? cause.message : "") || code || String(cause);
  if (isConnectionFault(cause)) {
    return new StartError(
      `The database at ${host} cannot be reached: ${words}. Start it, or correct DATABASE_URL.`,
      { cause },
    );
  }
  const remedy =
    code === insufficientPrivilege
      ? `Grant it to ${username}, for example: grant create on schema public to "${username}". Or give another user in DATABASE_URL.`
      : "Correct DATABASE_URL, or what it names.";
  return new StartError(`The database at ${host} cannot be used: ${words}. ${remedy}`, { cause });
}
