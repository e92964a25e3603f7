import { mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { processStart } from "../../server/store/embedded-postgres/process-start.js";
import { withStartLock } from "../../server/store/embedded-postgres/start-lock.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "rupt-lock-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test.each([
  ["free", undefined],
  ["held by a dead process", "4194300 00 long ago"],
  ["held by a process whose id another one has now", `${process.pid} 00 long ago`],
  ["unreadable", "nonsense"],
])("a lock that is %s is given to one at a time", async (_, note) => {
  const path = join(folder, "lock");
  if (note !== undefined) await symlink(note, path);
  let inside = 0;
  let turns = 0;
  const work = async (): Promise<void> => {
    inside++;
    expect(inside).toBe(1);
    await sleep(1);
    inside--;
    turns++;
  };
  await Promise.all(Array.from({ length: 12 }, () => withStartLock(path, 10_000, work)));
  expect(turns).toBe(12);
  expect(await readdir(folder)).toEqual([]);
});

test("a lock held by a living process is left alone, and waiting for it ends", async () => {
  const path = join(folder, "lock");
  await symlink(`${process.pid} 00 ${await processStart(process.pid)}`, path);
  await expect(withStartLock(path, 50, async () => {})).rejects.toThrow(String(process.pid));
  expect(await readdir(folder)).toEqual(["lock"]);
});

test("the lock is given back when the work fails", async () => {
  const path = join(folder, "lock");
  const work = (): Promise<void> => Promise.reject(new Error("failed"));
  await expect(withStartLock(path, 50, work)).rejects.toThrow("failed");
  expect(await readdir(folder)).toEqual([]);
});
