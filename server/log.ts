import { pino } from "pino";

/** Facts of one log line. Never codes, secrets, contacts or fingerprints. */
export type LogFields = Readonly<Record<string, unknown>>;

/** The server's log: one line per event. */
export interface Log {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}

/** Least level that is written. */
export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";

/** `json`: one JSON object a line, for machines. `text`: one readable line, for people. */
export type LogFormat = "json" | "text";

function errorText(value: unknown): string {
  if (!(value instanceof Error)) return String(value);
  const cause = value.cause === undefined ? "" : ` <- ${errorText(value.cause)}`;
  return `${value.stack ?? value.message}${cause}`;
}

function textLine(json: string): string {
  const { level, time, msg, err, ...rest } = JSON.parse(json) as Record<string, unknown>;
  const name = typeof level === "number" && level >= 50 ? "ERROR" : level === 40 ? "WARN " : "";
  const facts = Object.entries(rest)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([key, value]) => `${key}=${typeof value === "object" ? JSON.stringify(value) : String(value)}`);
  const clock = typeof time === "number" ? new Date(time).toISOString().slice(11, 19) : "";
  const line = [clock, name, String(msg), ...facts].filter((part) => part !== "").join(" ");
  return typeof err === "string" ? `${line}\n${err}\n` : `${line}\n`;
}

/** Opens a log on standard output. An `err` among the fields is written with its stack and causes. */
export function openLog(level: LogLevel, format: LogFormat): Log {
  const options = { level, base: null, serializers: { err: errorText } };
  // Written in the background, what comes meanwhile together; the end of the process writes what is left.
  if (format === "json") return pino(options, pino.destination({ dest: 1, sync: false }));
  return pino(options, { write: (line: string) => process.stdout.write(textLine(line)) });
}

/** A log that keeps nothing. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };
