import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { processStart } from "./process-start.js";
import { runProgram } from "./run-program.js";

/** A running PostgreSQL server process. */
export interface Postmaster {
  readonly pid: number;
  /** On 127.0.0.1; undefined until it has opened one. */
  readonly port: number | undefined;
  /** Whether it takes connections; false while it starts, recovers or stops. */
  readonly ready: boolean;
}

/** The postmaster that runs on this data folder; undefined when none does. */
export async function findPostmaster(data: string): Promise<Postmaster | undefined> {
  const lines = await pidFile(data);
  const pid = Number(lines[0]);
  if (!(await isPostmaster(pid, data))) return undefined;
  return { pid, port: positive(lines[3]), ready: lines[7]?.trim() === "ready" };
}

/** What the pid file of a postmaster that is gone says of it. After a power loss others may have its process id and port. */
export interface LeftOver {
  readonly pid: number | undefined;
  readonly port: number | undefined;
}

/** Reads the left-over pid file; a postmaster that was stopped leaves none. */
export async function leftOver(data: string): Promise<LeftOver> {
  const lines = await pidFile(data);
  return { pid: positive(lines[0]), port: positive(lines[3]) };
}

function positive(line: string | undefined): number | undefined {
  const number = Number(line);
  return Number.isInteger(number) && number > 0 ? number : undefined;
}

/** Whether the process lives and is the PostgreSQL that was started on this data folder, by its absolute path. */
export async function isPostmaster(pid: number, data: string): Promise<boolean> {
  if (!Number.isInteger(pid) || pid <= 0 || (await processStart(pid)) === undefined) return false;
  if (process.platform !== "linux") {
    const { output } = await runProgram({
      command: "ps",
      args: ["-ww", "-o", "command=", "-p", String(pid)],
    });
    return output.includes(` -D ${data} `);
  }
  const args = (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).split("\0");
  return args.some((arg, index) => arg === "-D" && args[index + 1] === data);
}

/** Empty when there is no file. Its lines: pid, data folder, start, port, socket folder, address, memory, state. */
async function pidFile(data: string): Promise<readonly string[]> {
  try {
    return (await readFile(join(data, "postmaster.pid"), "utf8")).split("\n");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}
