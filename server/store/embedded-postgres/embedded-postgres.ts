import { constants, existsSync } from "node:fs";
import { access, mkdir, readFile, realpath, stat } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { type Binaries, findBinaries } from "./binaries.js";
import { createCluster } from "./create-cluster.js";
import { EmbeddedPostgresError, useYourOwn } from "./embedded-postgres-error.js";
import { launchPostmaster } from "./launch-postmaster.js";
import { type Layout, layoutOf } from "./layout.js";
import { type Account, chooseIdentity } from "./os-identity.js";
import { findPostmaster, type Postmaster } from "./postmaster.js";
import { databaseName, prepareDatabase } from "./prepare-database.js";
import { join, type Presence } from "./presence.js";
import { revive } from "./revive.js";
import type { Settings } from "./settings.js";
import { withStartLock } from "./start-lock.js";
import { stopPostmaster } from "./stop-postmaster.js";

/** How to start an embedded PostgreSQL. */
export interface EmbeddedPostgresOptions {
  /** The folder that keeps the data; made when missing. Ours in it are `postgres` and names that begin with it. */
  readonly dataDir: string;
  /** Receives one line per event; never a password or URL. */
  log(message: string): void;
  /** The same for what the operator should know of: PostgreSQL ended while we used it. */
  warn(message: string): void;
  /** A copy of the platform package's `native` folder; default the one that npm installed. */
  readonly binaries?: string;
  /** PostgreSQL parameters to lay over ours. Without effect when an instance already runs. */
  readonly settings?: Settings;
}

/** A running PostgreSQL that this process uses. */
export interface EmbeddedPostgres {
  /**
   * `postgres://…@127.0.0.1:<port>/rupt`, with a password: keep it out of logs. The port stays until `stop`. Connect
   * with an application_name that begins with `rupt`.
   */
  readonly url: string;
  /** False when an instance that already ran on the folder was joined. */
  readonly startedByUs: boolean;
  /**
   * Leaves the instance; close your own connections first. The last process to leave stops it, and returns when it
   * has stopped (at most about 10 s). Calling again does nothing more. Never rejects.
   */
  stop(): Promise<void>;
}

/** Crash recovery after much writing takes a while. */
const patienceMs = 120_000;
const pollMs = 15;

/**
 * Starts PostgreSQL on the data in `dataDir`, or joins the one that already runs there, and returns when the database
 * `rupt` can be used. Commits are durable. Processes that start, leave or die at the same moment agree on one
 * instance. An instance that ends while it is used is started again, by one of those who use it. Nothing stops the
 * instance when this process ends without `stop`; the next start joins it.
 *
 * Root runs PostgreSQL as an unprivileged user, see `chooseIdentity`.
 * Throws EmbeddedPostgresError, whose message names the remedy.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const binaries = await findBinaries(options.binaries);
  const layout = layoutOf(await openDataDir(options.dataDir));
  // Before the lock: who may not use the folder is told so rather than that it cannot write there.
  await ownerOf(layout);
  const { presence, startedByUs, url } = await withStartLock(layout.lock, patienceMs, () =>
    enter(binaries, layout, options),
  );
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopped ??= leave(presence, layout, options);
    return stopped;
  };
  return { url, startedByUs, stop };
}

async function openDataDir(path: string): Promise<string> {
  try {
    await mkdir(path, { recursive: true });
    if (!existsSync(layoutOf(path).data)) await access(path, constants.W_OK);
    return await realpath(path);
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `cannot use the folder ${path} for the database: set DATA_DIR to a folder this user can write, ${useYourOwn}`,
      { cause },
    );
  }
}

/**
 * The owner of the cluster; undefined when there is none yet. Throws EmbeddedPostgresError when only another user,
 * or root, can use it.
 */
async function ownerOf(layout: Layout): Promise<Account | undefined> {
  const found = await stat(layout.data).catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  });
  if (found === undefined) return undefined;
  const us = process.geteuid?.();
  if (us !== undefined && us !== 0 && us !== found.uid) {
    throw new EmbeddedPostgresError(
      `${layout.data} belongs to the OS user ${found.uid} and this process runs as ${us}, perhaps because the ` +
        `server once ran as root: run it as before, or give the folder away (chown -R ${us} ${layout.home}) while ` +
        `nothing runs, or set DATA_DIR to another folder, ${useYourOwn}`,
    );
  }
  return { uid: found.uid, gid: found.gid };
}

interface Entered {
  readonly presence: Presence;
  readonly startedByUs: boolean;
  readonly url: string;
}

/** Runs under the start lock. */
async function enter(binaries: Binaries, layout: Layout, options: EmbeddedPostgresOptions): Promise<Entered> {
  if ((await ownerOf(layout)) === undefined) {
    await createCluster(binaries, layout);
    options.log(`created a PostgreSQL cluster in ${layout.home}`);
  }
  const warn = (message: string): void => options.warn(message);
  const password = await readPassword(layout);
  const deadline = performance.now() + patienceMs;
  for (let startedByUs = false; performance.now() < deadline; ) {
    const running = await findPostmaster(layout.data);
    if (running === undefined) {
      await launch(binaries, layout, options);
      startedByUs = true;
      continue;
    }
    const presence = await joinWhenReady(running, password, (port, leaving) =>
      revive(
        { layout, port, patienceMs, launch: () => launch(binaries, layout, options, port), warn },
        leaving,
      ),
    );
    if (presence === undefined) {
      await sleep(pollMs);
      continue;
    }
    await prepareOrClose(presence, password);
    options.log(
      `${startedByUs ? "started" : "joined"} PostgreSQL on 127.0.0.1:${running.port}, process ${running.pid}`,
    );
    const url = `postgres://${databaseName}:${password}@127.0.0.1:${running.port}/${databaseName}`;
    return { presence, startedByUs, url };
  }
  throw new EmbeddedPostgresError(
    `PostgreSQL runs on ${layout.data} but takes no connections; ${layout.log} has more`,
  );
}

async function readPassword(layout: Layout): Promise<string> {
  try {
    return (await readFile(layout.password, "utf8")).trim();
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `cannot read the database's password in ${layout.password}: restore the file, ${useYourOwn}`,
      { cause },
    );
  }
}

async function launch(
  binaries: Binaries,
  layout: Layout,
  options: EmbeddedPostgresOptions,
  port?: number,
): Promise<void> {
  const identity = await chooseIdentity({
    binaries,
    folder: layout.data,
    owner: await ownerOf(layout),
    alongside: [],
  });
  options.log(`starting PostgreSQL as ${identity.name}`);
  await launchPostmaster({ binaries, layout, identity, settings: options.settings ?? {}, port, patienceMs });
}

async function joinWhenReady(
  running: Postmaster,
  password: string,
  reviveOn: (port: number, leaving: AbortSignal) => Promise<void>,
): Promise<Presence | undefined> {
  const { ready, port } = running;
  return ready && port !== undefined
    ? join({ port, password }, (leaving) => reviveOn(port, leaving))
    : undefined;
}

async function prepareOrClose(presence: Presence, password: string): Promise<void> {
  try {
    await prepareDatabase(presence.sql, password);
  } catch (error) {
    await presence.close();
    throw error;
  }
}

async function leave(presence: Presence, layout: Layout, { log }: EmbeddedPostgresOptions): Promise<void> {
  try {
    await presence.settle();
    const running = await findPostmaster(layout.data);
    if (running === undefined) return;
    if (await presence.leave()) {
      await stopPostmaster(running.pid, layout.data, log);
    } else {
      log("left PostgreSQL running for its other users");
    }
  } catch (error) {
    log(`could not stop PostgreSQL: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    await presence.close();
  }
}
