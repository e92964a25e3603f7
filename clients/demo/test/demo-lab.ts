import { spawn } from "node:child_process";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../dist/main.js", import.meta.url));

/** A demo as `npm run demo` starts it, on a free port, with data of its own. */
export interface RunningDemo {
  readonly url: string;
  readonly inboxUrl: string;
  /** Everything it has printed. */
  output(): string;
  /** Ends it as Ctrl-C does, once; its exit code. */
  stop(): Promise<number | null>;
}

/** Starts the built demo and waits until it says what to open. */
export async function startDemo(): Promise<RunningDemo> {
  const dataDir = await mkdtemp(join(tmpdir(), "rupt-demo-"));
  // So that root can run PostgreSQL as another user.
  await chmod(dataDir, 0o711);
  const child = spawn(process.execPath, [program], {
    env: { ...process.env, DEMO_PORT: "0", DEMO_DATA_DIR: dataDir },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  const found = await new Promise<{ url: string; inboxUrl: string }>((resolve, reject) => {
    createInterface(child.stdout).on("line", (line) => {
      output += `${line}\n`;
      const url = /Log in here +(\S+)/.exec(output)?.[1];
      const inboxUrl = /Codes arrive at +(\S+)/.exec(output)?.[1];
      if (url !== undefined && inboxUrl !== undefined) resolve({ url, inboxUrl });
    });
    child.once("exit", (code) => reject(new Error(`the demo ended with ${code}:\n${output}`)));
  });
  const end = async () => {
    const ended = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
    child.kill("SIGINT");
    const code = await ended;
    await rm(dataDir, { recursive: true, force: true, maxRetries: 10 });
    return code;
  };
  let stopped: Promise<number | null> | undefined;
  return {
    ...found,
    output: () => output,
    stop() {
      stopped ??= end();
      return stopped;
    },
  };
}

/** The newest code in the inbox. */
export async function newestCode(inboxUrl: string): Promise<string> {
  const answer = await fetch(inboxUrl, { headers: { accept: "application/json" } });
  const { data } = (await answer.json()) as { data: readonly { code?: string }[] };
  // Notices to the account's owner lie there, too, and hold no code.
  const code = data.find((message) => message.code !== undefined)?.code;
  if (code === undefined) throw new Error("the inbox is empty");
  return code;
}
