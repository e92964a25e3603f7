import { spawn } from "node:child_process";

/** How a program ended. */
export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where and with what a program runs. */
export interface RunOptions {
  readonly cwd?: string | URL;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** What is typed once the program has asked for it. */
  readonly answer?: { readonly to: string; type(): Promise<string> };
}

/** Runs a program to its end. A program that cannot be started ends with 127. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: options.cwd, env: { ...process.env, ...options.env } });
    let asked = options.answer;
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      stdout += text;
      if (asked === undefined || !stdout.includes(asked.to)) return;
      const { type } = asked;
      asked = undefined;
      type().then(
        (typed) => child.stdin.end(`${typed}\n`),
        () => child.kill(),
      );
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      stderr += text;
    });
    child.stdin.on("error", () => {});
    if (asked === undefined) child.stdin.end(options.input ?? "");
    child.on("error", (error) => resolve({ exitCode: 127, stdout, stderr: error.message }));
    child.on("close", (code) => resolve({ exitCode: code ?? 1, stdout, stderr }));
  });
}

/** Runs a program that must end well, and answers its output. */
export async function mustRun(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const { exitCode, stdout, stderr } = await run(command, args, options);
  if (exitCode === 0) return stdout;
  throw new Error(`${[command, ...args].join(" ")} ended with ${exitCode}\n${stdout}${stderr}`.slice(-8_000));
}
