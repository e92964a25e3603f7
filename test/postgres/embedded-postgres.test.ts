import { spawn } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from "../../server/store/embedded-postgres/embedded-postgres.js";
import { layoutOf } from "../../server/store/embedded-postgres/layout.js";
import { findPostmaster } from "../../server/store/embedded-postgres/postmaster.js";
import { runProgram } from "../../server/store/embedded-postgres/run-program.js";
import {
  giveAway,
  type Kit,
  makeKit,
  nodeFor,
  startProcess,
  type UsingProcess,
} from "./embedded-postgres-processes.js";

const isRoot = process.geteuid?.() === 0;
const nobody = { uid: 65534, gid: 65534 };
const namespaces =
  isRoot &&
  (await runProgram({ command: "unshare", args: ["--user", "true"] }).then(
    ({ code }) => code === 0,
    () => false,
  ));

/** Holds the kit of the other processes; tests of OS users change its owner and mode. */
let home: string;
let kit: Kit;
/** A data folder with a cluster, for the tests that need no new one; nothing runs on it between tests. */
let used: string;
const folders: string[] = [];
const instances: EmbeddedPostgres[] = [];
const processes: UsingProcess[] = [];

beforeAll(async () => {
  home = await folder(0o755);
  used = await folder(0o755);
  folders.splice(0);
  kit = await makeKit(home);
  const instance = await startEmbeddedPostgres({ dataDir: used, log: () => {}, warn: () => {} });
  await instance.stop();
});

afterAll(async () => {
  for (const path of [home, used]) await rm(path, { recursive: true, force: true });
});

afterEach(async () => {
  await Promise.all(instances.splice(0).map((instance) => instance.stop()));
  for (const { child } of processes.splice(0)) child.kill("SIGKILL");
  const own = folders.splice(0);
  for (const path of [used, ...own]) {
    const left = await runningPid(path);
    if (left !== undefined) await killAndWait(left, path);
  }
  for (const path of own) await rm(path, { recursive: true, force: true, maxRetries: 10 });
});

/** A new folder under the temporary one, removed after the test. */
async function folder(mode: number): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "rupt-embedded-"));
  await chmod(path, mode);
  folders.push(path);
  return path;
}

async function start(
  dataDir: string,
  options: Partial<EmbeddedPostgresOptions> = {},
): Promise<EmbeddedPostgres> {
  const instance = await startEmbeddedPostgres({ dataDir, log: () => {}, warn: () => {}, ...options });
  instances.push(instance);
  return instance;
}

async function startElsewhere(...args: Parameters<typeof startProcess>): Promise<UsingProcess> {
  const using = await startProcess(...args);
  processes.push(using);
  return using;
}

async function query<T>(url: string, work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1, connection: { application_name: "rupt test" }, onnotice: () => {} });
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

const writeMark = (url: string, mark: string): Promise<unknown> =>
  query(url, async (sql) => {
    await sql`CREATE TABLE IF NOT EXISTS mark (value text)`;
    await sql`INSERT INTO mark (value) VALUES (${mark})`;
  });

const readMarks = (url: string): Promise<readonly string[]> =>
  query(url, async (sql) => (await sql<{ value: string }[]>`SELECT value FROM mark`).map((row) => row.value));

/** How many processes have joined. */
const shares = (url: string): Promise<number> =>
  query(url, async (sql) => (await sql`SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted`).length);

async function runningPid(dataDir: string): Promise<number | undefined> {
  return (await findPostmaster(layoutOf(dataDir).data))?.pid;
}

async function killAndWait(pid: number | undefined, dataDir: string): Promise<void> {
  if (pid === undefined) throw new Error("nothing runs");
  process.kill(pid, "SIGKILL");
  while ((await runningPid(dataDir)) !== undefined) await sleep(5);
}

describe("one process", () => {
  test("creates a durable UTF-8 database that only this machine and its password open", async () => {
    const dataDir = await folder(0o755);
    const lines: string[] = [];
    const { url, startedByUs } = await start(dataDir, { log: (line) => lines.push(line) });
    expect(startedByUs).toBe(true);
    const { hostname, pathname, password } = new URL(url);
    expect([hostname, pathname]).toEqual(["127.0.0.1", "/rupt"]);

    const names = [
      ...["server_encoding", "fsync", "synchronous_commit", "data_checksums", "password_encryption"],
      ...["listen_addresses", "is_superuser"],
    ];
    const settings = await query(url, (sql) =>
      Promise.all(names.map(async (name) => (await sql.unsafe(`SHOW ${name}`))[0]?.[name])),
    );
    expect(settings).toEqual(["UTF8", "on", "on", "on", "scram-sha-256", "127.0.0.1", "off"]);

    const wrong = postgres(url.replace(password, "wrong"), { max: 1 });
    await expect(wrong`SELECT 1`).rejects.toMatchObject({ code: "28P01" });
    await wrong.end();
    const layout = layoutOf(dataDir);
    expect((await stat(layout.password)).mode & 0o777).toBe(0o600);
    expect(lines.join("\n")).not.toContain(password);
    const log = await readFile(layout.log, "utf8");
    expect(log).toContain("listening on IPv4");
    expect(log).not.toContain("Unix socket");
    expect(log).not.toContain(password);
  });

  test("keeps data across restarts and says who started it", async () => {
    const dataDir = used;
    const first = await start(dataDir);
    await writeMark(first.url, "kept");
    await first.stop();
    await first.stop();
    expect(await runningPid(dataDir)).toBeUndefined();
    const second = await start(dataDir);
    expect(second.startedByUs).toBe(true);
    expect(await readMarks(second.url)).toContain("kept");
  });

  test("recovers what was committed before PostgreSQL was killed", async () => {
    const dataDir = used;
    const first = await start(dataDir);
    await writeMark(first.url, "committed");
    await killAndWait(await runningPid(dataDir), dataDir);
    const second = await start(dataDir);
    expect(await readMarks(second.url)).toContain("committed");
  });

  test("is not misled by a left-over pid file that names a living process", async () => {
    const dataDir = used;
    // In a process that is gone as well: one that lives would start it again.
    const first = await startElsewhere(kit, dataDir);
    await writeMark(first.answer.url ?? "", "committed earlier");
    first.child.kill("SIGKILL");
    await killAndWait(await runningPid(dataDir), dataDir);
    const { data } = layoutOf(dataDir);
    const { uid, gid } = await stat(data);
    const other = spawn("sleep", ["60"], { stdio: "ignore", ...(isRoot ? { uid, gid } : {}) });
    const pidFile = join(data, "postmaster.pid");
    await writeFile(pidFile, (await readFile(pidFile, "utf8")).replace(/^\d+/, String(other.pid)));
    try {
      const second = await start(dataDir);
      expect(await readMarks(second.url)).toContain("committed earlier");
    } finally {
      other.kill();
    }
  });

  test("clears away what a crash during the first start left behind", async () => {
    const dataDir = await folder(0o755);
    await mkdir(join(dataDir, "postgres.new-0000", "data"), { recursive: true });
    await symlink(`${process.pid} 00 another-start`, layoutOf(dataDir).lock);
    await start(dataDir);
    expect(await readdir(dataDir)).toEqual(["postgres"]);
  });

  test("makes the library links itself when install scripts were off", async () => {
    const entries = await readdir(kit.binaries, { recursive: true, withFileTypes: true });
    const links = entries.filter((entry) => entry.isSymbolicLink());
    for (const link of links) await rm(join(link.parentPath, link.name));
    await start(await folder(0o755), { binaries: kit.binaries });
  });

  test("bounds the log", async () => {
    const dataDir = used;
    await (await start(dataDir)).stop();
    const { log } = layoutOf(dataDir);
    await writeFile(log, "x".repeat(1024 * 1024 + 1));
    await start(dataDir);
    expect((await stat(log)).size).toBeLessThan(10_000);
  });

  test("names the remedy when PostgreSQL does not start", async () => {
    const dataDir = used;
    const failing = start(dataDir, { settings: { shared_buffers: "nonsense" } });
    await expect(failing).rejects.toThrow(/DATABASE_URL.*\n.*shared_buffers/);
  });
});

describe("several processes", () => {
  test("that start at once on an empty folder share one instance, which the last to leave stops", async () => {
    const dataDir = await folder(0o755);
    const [here, one, two] = await Promise.all([
      start(dataDir),
      startElsewhere(kit, dataDir),
      startElsewhere(kit, dataDir),
    ]);
    expect([one.answer.url, two.answer.url]).toEqual([here.url, here.url]);
    const starters = [here.startedByUs, one.answer.startedByUs, two.answer.startedByUs];
    expect(starters.filter(Boolean)).toHaveLength(1);

    await one.leave();
    await here.stop();
    expect(await runningPid(dataDir)).toBeDefined();
    await two.leave();
    expect(await runningPid(dataDir)).toBeUndefined();
  });

  test("that leave at once do not leave it running", async () => {
    const dataDir = used;
    const all = await Promise.all([start(dataDir), start(dataDir), start(dataDir)]);
    await Promise.all(all.map((instance) => instance.stop()));
    expect(await runningPid(dataDir)).toBeUndefined();
  });

  test("that start while the last one leaves get a working instance", async () => {
    const dataDir = used;
    let current = await start(dataDir);
    for (let round = 0; round < 4; round++) {
      const [next] = await Promise.all([start(dataDir), current.stop()]);
      await writeMark(next.url, String(round));
      current = next;
    }
    expect(await readMarks(current.url)).toEqual(expect.arrayContaining(["0", "1", "2", "3"]));
  });

  test("outlive each other: PostgreSQL survives a killed server, and the next one joins it", async () => {
    const dataDir = used;
    const server = await startElsewhere(kit, dataDir);
    await writeMark(server.answer.url ?? "", "before");
    const pid = await runningPid(dataDir);
    server.child.kill("SIGKILL");
    const next = await start(dataDir);
    expect(next.startedByUs).toBe(false);
    expect(await runningPid(dataDir)).toBe(pid);
    expect(await readMarks(next.url)).toContain("before");
    await next.stop();
    expect(await runningPid(dataDir)).toBeUndefined();
  });

  test("that connect under our name without having joined keep it running", async () => {
    const dataDir = used;
    const instance = await start(dataDir);
    await query(instance.url, async (sql) => {
      await sql`SELECT 1`;
      await instance.stop();
      expect(await sql`SELECT 1 AS one`).toEqual([{ one: 1 }]);
    });
  });

  test("keep their standing when PostgreSQL drops all connections", async () => {
    const dataDir = used;
    const server = await start(dataDir);
    const guest = await start(dataDir);
    const victim = postgres(server.url, { max: 1, onnotice: () => {} });
    const [row] = await victim<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`;
    process.kill(row?.pid ?? 0, "SIGKILL");
    await victim.end({ timeout: 1 });
    await vi.waitFor(async () => expect(await shares(server.url)).toBe(2), { timeout: 8000, interval: 50 });
    await guest.stop();
    expect(await runningPid(dataDir)).toBeDefined();
    await writeMark(server.url, "still here");
  });
});

describe("OS users", () => {
  afterEach(async () => {
    if (isRoot) await giveAway(home, { uid: 0, gid: 0 });
    await chmod(home, 0o755);
  });

  /** A data folder in the home, which is then closed to all but its owner. */
  async function closedHome(): Promise<string> {
    const dataDir = await mkdtemp(join(home, "data-"));
    folders.push(dataDir);
    await chmod(home, 0o700);
    return dataDir;
  }

  test.runIf(isRoot)("root runs it from a folder that nobody else can enter", async () => {
    const dataDir = await closedHome();
    const first = await start(dataDir, { binaries: kit.binaries });
    const status = await readFile(`/proc/${await runningPid(dataDir)}/status`, "utf8");
    expect(/^Uid:\s+(\d+)\s+(\d+)/m.exec(status)?.slice(1)).not.toContain("0");
    await writeMark(first.url, "closed");
    await first.stop();
    const second = await start(dataDir, { binaries: kit.binaries });
    expect(await readMarks(second.url)).toContain("closed");
  });

  test.runIf(namespaces)("root runs it where it cannot change owners", async () => {
    const dataDir = await closedHome();
    const prefix = ["setpriv", "--bounding-set=-all,+setfcap", "--inh-caps=-all"];
    for (const round of ["first", "second"]) {
      const using = await startElsewhere(kit, dataDir, { prefix });
      expect(using.answer, round).toMatchObject({ startedByUs: true });
      expect(using.logged()).toContain("user namespace");
      await using.leave();
    }
    expect(await runningPid(dataDir)).toBeUndefined();
  });

  test("an ordinary user runs it from a closed home, and root goes on as that user", async () => {
    const dataDir = await closedHome();
    const user = isRoot ? { ...nobody, node: await nodeFor(nobody, home) } : {};
    if (isRoot) await giveAway(home, nobody);
    const using = await startElsewhere(kit, dataDir, user);
    expect(using.answer).toMatchObject({ startedByUs: true });
    await writeMark(using.answer.url ?? "", "mine");
    await using.leave();

    const next = await start(dataDir, { binaries: kit.binaries });
    expect(await readMarks(next.url)).toContain("mine");
    await next.stop();
    const again = await startElsewhere(kit, dataDir, user);
    expect(again.answer).toMatchObject({ startedByUs: true });
    await again.leave();
  });

  test.runIf(isRoot)("an ordinary user is told that the data are not its own", async () => {
    const dataDir = used;
    const other = { uid: 12345, gid: 12345 };
    const using = await startElsewhere(kit, dataDir, { ...other, node: await nodeFor(other, home) });
    expect(using.answer.error).toMatch(/belongs to the OS user .*DATABASE_URL/);
    expect(await readdir(dataDir)).toEqual(["postgres"]);
  });
});
