import { rmSync } from "node:fs";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { startEmbeddedPostgres } from "../../server/store/embedded-postgres/embedded-postgres.js";
import { layoutOf } from "../../server/store/embedded-postgres/layout.js";
import { findPostmaster } from "../../server/store/embedded-postgres/postmaster.js";

declare module "vitest" {
  interface ProvidedContext {
    /** A throw-away PostgreSQL's database, whose role may create more; see `createTestDatabase`. */
    postgresUrl: string;
  }
}

/** Without durability, as the instance is thrown away. */
const settings = {
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  wal_level: "minimal",
  max_wal_senders: "0",
  autovacuum: "off",
};

/** vitest's global set-up: one throw-away PostgreSQL for the run. The returned function removes it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(join(tmpdir(), "rupt-test-postgres-"));
  try {
    // So that root can run PostgreSQL as another user; the cluster in it stays closed.
    await chmod(dataDir, 0o711);
    const instance = await startEmbeddedPostgres({ dataDir, log: () => {}, warn: () => {}, settings });
    const pid = (await findPostmaster(layoutOf(dataDir).data))?.pid;
    const abandon = (): void => {
      try {
        if (pid !== undefined) process.kill(pid, "SIGKILL");
      } catch {
        // It has ended by itself.
      }
      rmSync(dataDir, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    };
    // A run that is broken off does not wait for the teardown.
    process.once("exit", abandon);
    project.provide("postgresUrl", instance.url);
    return async () => {
      await instance.stop();
      process.off("exit", abandon);
      await rm(dataDir, { recursive: true, force: true, maxRetries: 10 });
    };
  } catch (error) {
    await rm(dataDir, { recursive: true, force: true, maxRetries: 10 });
    throw error;
  }
}
