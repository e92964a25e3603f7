/**
 * The embedded PostgreSQL cannot be used. The message names the cause and a remedy, is meant for the operator
 * and holds no secret.
 */
export class EmbeddedPostgresError extends Error {
  override readonly name = "EmbeddedPostgresError";
}

/** The remedy that always works, to end a message with. */
export const useYourOwn = "or set DATABASE_URL to use a PostgreSQL of your own";
