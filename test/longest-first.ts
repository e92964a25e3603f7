import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that take longer than ten seconds, the longest first. */
const long = [
  "clients/challenge-page/test/chromium.test.ts",
  "clients/browser/test/chromium.test.ts",
  "test/browser/devices.test.ts",
  "test/postgres/embedded-postgres.test.ts",
  "test/crash/start.test.ts",
  "test/store/import.test.ts",
  "test/crash/cli.test.ts",
  "test/delivery/budgets.test.ts",
  "test/crash/database-gone.test.ts",
  "bench/devices/tracking.test.ts",
  "test/store/replay.test.ts",
  "clients/demo/test/demo.test.ts",
  "test/delivery/providers.test.ts",
  "test/crash/embedded-gone.test.ts",
  "test/protos/protos.test.ts",
  "server/risk/judge.test.ts",
  "clients/node/test/package.test.ts",
  "test/crash/stuck-callers.test.ts",
  "test/crash/stop.test.ts",
].map((path) => {
  const file = fileURLToPath(new URL(`../${path}`, import.meta.url));
  if (!existsSync(file)) throw new Error(`no file ${path}: mend the list in test/longest-first.ts`);
  return file;
});

/**
 * Begins with the files that take longest, so that all workers end at about the same time. On a machine that has run them before, vitest
 * would know; on a fresh clone it goes by the size of files.
 */
export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const place = ({ moduleId }: TestSpecification) =>
      long.includes(moduleId) ? long.indexOf(moduleId) : long.length;
    return sorted.sort((a, b) => place(a) - place(b));
  }
}
