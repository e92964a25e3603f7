import { spawn } from "node:child_process";

/** How a program ended. `output` is its stdout and stderr together; `code` is undefined after a signal. */
export interface ProgramResult {
  readonly code: number | undefined;
  readonly output: string;
}

/** What to start and as whom; uid and gid are left out to keep our own. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly uid?: number;
  readonly gid?: number;
}

/**
 * The environment of every program we run: none of the server's variables, as those may hold secrets, the usual
 * places of system programs, and messages in English.
 */
export const programEnvironment: Readonly<Record<string, string>> = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/run/current-system/sw/bin",
  LC_ALL: "C",
  TZ: "UTC",
};

/** Runs a program to its end. Rejects when it cannot be started at all. */
export function runProgram(program: Program): Promise<ProgramResult> {
  const { command, args, ...identity } = program;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      ...identity,
      cwd: "/",
      env: programEnvironment,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const collect = (chunk: Buffer): void => {
      output += chunk.toString("utf8");
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? undefined, output: output.trim() }));
  });
}
