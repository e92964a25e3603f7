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

/** How long a line waits for others, to be written with them. */
const gatherMs = 10;

/** Writes lines together that come soon after one another: in the background a write costs more than its line. The end of the process writes what is left. */
function gathered(output: ReturnType<typeof pino.destination>): { write(line: string): void } {
  let lines = "";
  const flush = () => {
    output.write(lines);
    lines = "";
  };
  process.once("exit", () => {
    flush();
    output.flushSync();
  });
  return {
    write(line) {
      if (lines === "") setTimeout(flush, gatherMs);
      lines += line;
    },
  };
}

/** Opens a log on standard output. An `err` among the fields is written with its stack and causes. */
export function openLog(level: LogLevel, format: LogFormat): Log {
  const options = { level, base: null, serializers: { err: errorText } };
  // In the background, so that a slow reader of the log holds up no call.
  if (format === "json") return pino(options, gathered(pino.destination({ dest: 1, sync: false })));
  return pino(options, { write: (line: string) => process.stdout.write(textLine(line)) });
}

/** A log that keeps nothing. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };
