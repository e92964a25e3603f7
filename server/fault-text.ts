import { ConfigError } from "./config.js";
import { AppError, StartError } from "./errors.js";
import { GeoDatabaseError } from "./outbound/geo/open-geo.js";
import { OperatorError } from "./service/projects.js";
import { EmbeddedPostgresError } from "./store/embedded-postgres/embedded-postgres-error.js";
import { SchemaTooNewError } from "./store/postgres/migrate.js";

/** Faults whose message tells the operator what to do. */
const told = [
  AppError,
  ConfigError,
  EmbeddedPostgresError,
  GeoDatabaseError,
  OperatorError,
  SchemaTooNewError,
  StartError,
];

/** What the terminal shows of an error that ends a process: the message where an operator can mend it, else the stack. */
export function faultText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return told.some((fault) => error instanceof fault) ? error.message : (error.stack ?? error.message);
}
