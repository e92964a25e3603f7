import { type ChildProcess, fork } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";

/** A process under measurement. */
export interface Measured {
  readonly child: ChildProcess;
  end(): Promise<void>;
}

function measured(child: ChildProcess): Measured {
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  return {
    child,
    async end() {
      child.kill("SIGTERM");
      await gone;
    },
  };
}

/** A port that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}

/** Starts the real server in production mode and waits until it is ready. */
export async function startServer(env: Readonly<Record<string, string>>): Promise<Measured> {
  const script = fileURLToPath(new URL("../main.js", import.meta.url));
  const child = fork(script, {
    // As `npm start` does.
    execArgv: ["--max-semi-space-size=32"],
    env: { ...process.env, NODE_ENV: "production", HOST: "127.0.0.1", ...env },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  for (let round = 0; round < 200; round++) {
    if (child.exitCode !== null) throw new Error(`the server ended with code ${child.exitCode}`);
    const ready = await fetch(`http://127.0.0.1:${env["PORT"]}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (ready) return measured(child);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await measured(child).end();
  throw new Error("the server did not become ready");
}

/** Starts this bench's own file as a child that does a part of it; answers the child with the first thing that it says. */
export async function startPart<Said>(...args: string[]): Promise<Measured & { readonly said: Said }> {
  const child = fork(fileURLToPath(import.meta.url.replace(/chunks\/[^/]+$/, "bench/load.js")), args);
  return { ...measured(child), said: await nextSaid<Said>(child) };
}

/** The next thing that a child says. Rejects when it ends instead. */
export function nextSaid<Said>(child: ChildProcess): Promise<Said> {
  return new Promise((resolve, reject) => {
    const ended = () => reject(new Error("a part of the bench ended"));
    if (child.exitCode !== null || child.signalCode !== null) ended();
    child.once("exit", ended);
    child.once("message", (message) => {
      child.off("exit", ended);
      resolve(message as Said);
    });
  });
}

const ticksPerSecond = 100;

/** Processes by parent. */
function children(): Map<number, number[]> {
  const byParent = new Map<number, number[]>();
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
      byParent.set(parent, [...(byParent.get(parent) ?? []), pid]);
    } catch {
      // It has ended meanwhile.
    }
  }
  return byParent;
}

/** CPU seconds that a process and its children have used, and their memory in MB. Linux only. */
export function usage(pid: number): { readonly cpuSeconds: number; readonly megabytes: number } {
  const byParent = children();
  const family = [pid];
  for (const member of family) family.push(...(byParent.get(member) ?? []));
  let ticks = 0;
  let pages = 0;
  for (const member of family) {
    try {
      const stat = readFileSync(`/proc/${member}/stat`, "utf8");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      // utime and stime, and those of children that have ended and were waited for.
      ticks += [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]), 0);
      pages += Number(fields[21]);
    } catch {
      // It has ended meanwhile.
    }
  }
  return { cpuSeconds: ticks / ticksPerSecond, megabytes: (pages * 4096) / 1e6 };
}
