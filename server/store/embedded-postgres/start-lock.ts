import { createHash, randomBytes } from "node:crypto";
import { readlink, rm, symlink } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { EmbeddedPostgresError } from "./embedded-postgres-error.js";
import { processStart } from "./process-start.js";

const pollMs = 20;

/**
 * Runs `work` while no other process of this machine holds the lock at `path`. The lock of a process that died is
 * broken. Throws EmbeddedPostgresError when a living process keeps it for longer than `patienceMs`.
 */
export async function withStartLock<T>(path: string, patienceMs: number, work: () => Promise<T>): Promise<T> {
  const note = `${process.pid} ${randomBytes(8).toString("hex")} ${await processStart(process.pid)}`;
  await acquire(path, note, performance.now() + patienceMs);
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

/** The note says which process holds the lock; no two acquisitions share one. */
async function acquire(path: string, note: string, deadline: number): Promise<void> {
  while (!(await place(path, note))) {
    const found = await readNote(path);
    if (found === undefined) continue;
    if (!(await isHeld(found))) {
      await breakLock(path, found, note, deadline);
      continue;
    }
    if (performance.now() > deadline) {
      throw new EmbeddedPostgresError(
        `process ${found.split(" ")[0]} has been starting PostgreSQL for too long; it holds ${path}`,
      );
    }
    await sleep(pollMs);
  }
}

/** A dangling symbolic link, as it comes into being together with its content: no reader ever sees it empty. */
async function place(path: string, note: string): Promise<boolean> {
  try {
    await symlink(note, path);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

/** Undefined when the lock has just been given back. */
async function readNote(path: string): Promise<string | undefined> {
  try {
    return await readlink(path);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

async function isHeld(note: string): Promise<boolean> {
  const [pid, , ...start] = note.split(" ");
  return (await processStart(Number(pid))) === start.join(" ");
}

/**
 * Two processes may judge the same lock dead; if both removed it, the second would remove the first one's new lock.
 * So who removes it must hold a second lock, named after the dead note.
 */
async function breakLock(path: string, dead: string, note: string, deadline: number): Promise<void> {
  const breaker = `${path}.${createHash("sha256").update(dead).digest("hex").slice(0, 12)}`;
  await acquire(breaker, note, deadline);
  try {
    if ((await readNote(path)) === dead) await rm(path, { force: true });
  } finally {
    await rm(breaker, { force: true });
  }
}
