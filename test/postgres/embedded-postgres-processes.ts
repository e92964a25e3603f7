import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, cp, lchown, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { findBinaries } from "../../server/store/embedded-postgres/binaries.js";
import { runProgram } from "../../server/store/embedded-postgres/run-program.js";

/** A folder with all that a process of `embedded-postgres-process.ts` needs, wherever it lies. */
export interface Kit {
  readonly script: string;
  readonly binaries: string;
}

/** Puts a bundled script and a copy of the binaries into `folder`. */
export async function makeKit(folder: string): Promise<Kit> {
  const script = join(folder, "embedded-postgres-process.mjs");
  const binaries = join(folder, "native");
  await build({
    entryPoints: [fileURLToPath(new URL("embedded-postgres-process.ts", import.meta.url))],
    bundle: true,
    platform: "node",
    format: "esm",
    outfile: script,
    logLevel: "error",
  });
  const { postgres } = await findBinaries();
  await cp(dirname(dirname(postgres)), binaries, { recursive: true, verbatimSymlinks: true });
  return { script, binaries };
}

/** How to start the process: a program to put before node's, and an OS user. */
export interface ProcessOptions {
  readonly prefix?: readonly string[];
  readonly node?: string;
  readonly uid?: number;
  readonly gid?: number;
}

/** A started process that has answered. */
export interface UsingProcess {
  readonly child: ChildProcess;
  /** What it printed. */
  readonly answer: { readonly url?: string; readonly startedByUs?: boolean; readonly error?: string };
  /** What it logged. */
  logged(): string;
  /** Has it leave, and waits for its end. */
  leave(): Promise<void>;
}

/** Starts the process on `dataDir` and waits for its answer. */
export async function startProcess(
  kit: Kit,
  dataDir: string,
  { prefix = [], node = process.execPath, ...identity }: ProcessOptions = {},
): Promise<UsingProcess> {
  const [command = node, ...args] = [...prefix, node, kit.script, dataDir, kit.binaries];
  const child = spawn(command, args, { ...identity, cwd: "/", stdio: ["pipe", "pipe", "pipe"] });
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => {
    errors += chunk.toString("utf8");
  });
  const ended = once(child, "close");
  const line = await Promise.race([
    once(createInterface(child.stdout), "line").then(([text]) => String(text)),
    ended.then(() => JSON.stringify({ error: `no answer: ${errors}` })),
  ]);
  return {
    child,
    answer: JSON.parse(line),
    logged: () => errors,
    leave: async () => {
      child.stdin.write("stop\n");
      await ended;
    },
  };
}

/** A node program that the given user can start: our own, or a copy in `folder` when ours lies out of reach. */
export async function nodeFor(user: { uid: number; gid: number }, folder: string): Promise<string> {
  const own = { command: process.execPath, args: ["--version"], ...user };
  const works = await runProgram(own).then(
    ({ code }) => code === 0,
    () => false,
  );
  if (works) return process.execPath;
  const copy = join(folder, "node");
  await copyFile(process.execPath, copy);
  return copy;
}

/** Gives a folder with everything in it to a user. */
export async function giveAway(folder: string, user: { uid: number; gid: number }): Promise<void> {
  const below = await readdir(folder, { recursive: true });
  for (const path of [folder, ...below.map((name) => join(folder, name))]) {
    await lchown(path, user.uid, user.gid);
  }
}
