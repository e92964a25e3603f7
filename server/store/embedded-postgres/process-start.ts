import { readFile } from "node:fs/promises";
import { runProgram } from "./run-program.js";

/**
 * When the process with this id began, as an opaque text that no other process of this machine had or will have
 * under the same id; undefined when there is no such process (a zombie counts as none).
 */
export async function processStart(pid: number): Promise<string | undefined> {
  if (!isSignalable(pid)) return undefined;
  return process.platform === "linux" ? linuxStart(pid) : portableStart(pid);
}

function isSignalable(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

async function linuxStart(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  if (stat === undefined) return undefined;
  // The second field is the program's name in parentheses and may hold anything, so count from its end.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (fields[0] === "Z" || fields[0] === "X") return undefined;
  const boot = await readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => "");
  return `${boot.trim()}/${fields[19] ?? ""}`;
}

async function portableStart(pid: number): Promise<string | undefined> {
  const { code, output } = await runProgram({ command: "ps", args: ["-o", "lstart=", "-p", String(pid)] });
  return code === 0 && output !== "" ? output : undefined;
}
