import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { scanLoginFile } from "./login-file.js";
import { progressText } from "./progress.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "rupt-login-file-"));
});
afterAll(() => rm(folder, { recursive: true }));

const now = Date.UTC(2026, 5, 1);
const line = (user: string, at: number) => JSON.stringify({ user, occurred_at: new Date(at).toISOString() });

async function scan(text: string) {
  const path = join(folder, "logins.jsonl");
  await writeFile(path, text);
  const bad: [number, string][] = [];
  const file = scanLoginFile(path, now, { bad: (at, why) => bad.push([at, why]), progress: () => {} });
  const users = file.read(0, 1_000_000).map(({ user }) => user);
  file.close();
  return { file, bad, users };
}

test("logins are read in order of time, those of one instant in the order of the file", async () => {
  const { users, file, bad } = await scan(
    [line("c", 3000), line("a", 1000), "nonsense", line("b1", 2000), "", line("b2", 2000)].join("\n"),
  );
  expect(users).toEqual(["a", "b1", "b2", "c"]);
  expect(file).toMatchObject({ logins: 4, bad: 1, firstAt: 1000, lastAt: 3000 });
  expect(bad).toEqual([[3, "is not JSON"]]);
});

test("lines may cross the blocks that the file is read by, and a line of megabytes is one bad line", async () => {
  const many = Array.from({ length: 30_000 }, (_, n) => line(`user-${n}`, 1000 + n));
  many[17_000] = "x".repeat(3_000_000);
  const { users, bad } = await scan(`${many.join("\r\n")}\n`);
  expect(users).toHaveLength(29_999);
  expect(users[20_000]).toBe("user-20001");
  expect(bad).toEqual([[17_001, "is longer than 64 KiB"]]);
});

test("the hash is of what the file holds; an empty file holds nothing", async () => {
  const [one, same, other] = [await scan(line("a", 1)), await scan(line("a", 1)), await scan(line("a", 2))];
  expect(one.file.hash.equals(same.file.hash)).toBe(true);
  expect(one.file.hash.equals(other.file.hash)).toBe(false);
  expect((await scan("")).file.logins).toBe(0);
});

test("a folder and a file that is not there are refused in plain words", () => {
  const watcher = { bad: () => {}, progress: () => {} };
  expect(() => scanLoginFile(folder, now, watcher)).toThrow("is not a file");
  expect(() => scanLoginFile(join(folder, "none"), now, watcher)).toThrow("cannot be read");
});

test("progress says how far, how fast and how long", () => {
  expect(progressText("Learning", { done: 600, total: 1000, begunWith: 100, elapsedMs: 1000 })).toBe(
    "Learning [##################------------] 60 % 600 of 1000 500/s 1 s left",
  );
  expect(progressText("Learning", { done: 0, total: 0, begunWith: 0, elapsedMs: 0 })).toContain("100 %");
});
