import { type ChildProcess, spawn } from "node:child_process";
import { open, readFile, stat } from "node:fs/promises";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Binaries } from "./binaries.js";
import { EmbeddedPostgresError, useYourOwn } from "./embedded-postgres-error.js";
import type { Layout } from "./layout.js";
import type { OsIdentity } from "./os-identity.js";
import { findPostmaster, leftOver } from "./postmaster.js";
import { programEnvironment } from "./run-program.js";
import { type Settings, settingsFor } from "./settings.js";

/** What a launch needs to know. */
export interface LaunchOptions {
  readonly binaries: Binaries;
  readonly layout: Layout;
  readonly identity: OsIdentity;
  /** Laid over our own settings. */
  readonly settings: Settings;
  /** The port that it must have; default that of a PostgreSQL that was killed, whose users look for it there, else a free one. */
  readonly port?: number | undefined;
  /** How long crash recovery may take. */
  readonly patienceMs: number;
}

const attempts = 5;
const pollMs = 10;
const maxLogBytes = 1024 * 1024;

/**
 * Starts PostgreSQL on a port of 127.0.0.1, in a session of its own so that a Ctrl-C meant for the server does
 * not reach it, and returns when it takes connections. It outlives this process. A launch that fails is tried again
 * a few times: another program may have taken the port, or the last processes of a killed PostgreSQL may still be
 * ending. Throws EmbeddedPostgresError with the end of PostgreSQL's log when it does not come up.
 */
export async function launchPostmaster(options: LaunchOptions): Promise<void> {
  const deadline = performance.now() + options.patienceMs;
  for (let attempt = 1; ; attempt++) {
    const complaint = await launchOnce(options, deadline);
    if (complaint === undefined) return;
    if (attempt === attempts || performance.now() > deadline) {
      throw new EmbeddedPostgresError(
        `PostgreSQL does not start on ${options.layout.data}; ${options.layout.log} has more. ` +
          `Cure the cause, ${useYourOwn}. It said:\n${complaint}`,
      );
    }
    await sleep(25 * 2 ** attempt);
  }
}

/** Returns what PostgreSQL said when it ended instead of starting. */
async function launchOnce(options: LaunchOptions, deadline: number): Promise<string | undefined> {
  const { layout } = options;
  const log = await openLog(layout.log);
  try {
    const from = (await log.stat()).size;
    const child = await spawnPostgres(options, log.fd);
    while (child.exitCode === null && child.signalCode === null) {
      const running = await findPostmaster(layout.data);
      if (running?.ready === true) return undefined;
      if (performance.now() > deadline) {
        child.kill("SIGINT");
        return `still not ready after ${options.patienceMs} ms`;
      }
      await sleep(pollMs);
    }
    return (await readFile(layout.log)).subarray(from).toString("utf8").trim();
  } finally {
    await log.close();
  }
}

async function spawnPostgres(options: LaunchOptions, log: number): Promise<ChildProcess> {
  const { binaries, layout, identity } = options;
  const stale = await leftOver(layout.data);
  const port = options.port ?? (await freePort(stale.port ?? 0).catch(() => freePort(0)));
  const settings = settingsFor(port, options.settings);
  const args = [
    "-D",
    layout.data,
    ...Object.entries(settings).flatMap(([key, value]) => ["-c", `${key}=${value}`]),
  ];
  const { command, args: wrapped, ...owner } = identity.wrap(binaries.postgres, args);
  const child = spawn(command, wrapped, {
    ...owner,
    cwd: "/",
    detached: true,
    env: {
      ...programEnvironment,
      // PostgreSQL gives up when the process named in a left-over pid file lives. We know that it is not a postmaster
      // of this folder, and this is how pg_ctl tells PostgreSQL that a process id does not count; all its other
      // checks stay in force, which they would not if we removed the file.
      ...(stale.pid === undefined ? {} : { PG_GRANDPARENT_PID: String(stale.pid) }),
    },
    stdio: ["ignore", log, log],
  });
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", (cause) =>
      reject(
        new EmbeddedPostgresError(`cannot run ${command} on this system (${cause.message}), ${useYourOwn}`, {
          cause,
        }),
      ),
    );
  });
  child.unref();
  return child;
}

async function openLog(path: string): ReturnType<typeof open> {
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  const file = await open(path, "a", 0o600);
  if (size > maxLogBytes) await file.truncate();
  return file;
}

/**
 * The wanted port, or any for 0; rejects when it is taken. PostgreSQL cannot choose a port itself, and another program may take it before
 * PostgreSQL does.
 */
function freePort(wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(wanted, "127.0.0.1", () => {
      const address = probe.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
