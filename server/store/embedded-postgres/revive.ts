import { existsSync } from "node:fs";
import { EmbeddedPostgresError } from "./embedded-postgres-error.js";
import type { Layout } from "./layout.js";
import { findPostmaster } from "./postmaster.js";
import { withStartLock } from "./start-lock.js";

/** What to start again, and how. */
export interface ReviveOptions {
  readonly layout: Layout;
  /** Where those who use PostgreSQL look for it. */
  readonly port: number;
  /** How long another process may hold the start lock. */
  readonly patienceMs: number;
  /** Starts PostgreSQL on that port. */
  launch(): Promise<void>;
  /** Receives what happened, for the operator. */
  warn(message: string): void;
}

/**
 * Starts PostgreSQL again where it has ended while it was used; of several processes that notice, one does so. Starts nothing any more when
 * `leaving` is aborted. Throws what `launch` throws, and EmbeddedPostgresError where there is nothing to be started.
 */
export async function revive(options: ReviveOptions, leaving: AbortSignal): Promise<void> {
  const { layout, patienceMs, launch, warn } = options;
  const noticedAt = performance.now();
  try {
    if (await runs(options)) return;
    await withStartLock(layout.lock, patienceMs, async () => {
      if (leaving.aborted || (await runs(options))) return;
      // A new, empty cluster in its place would look like a loss of all data.
      if (!existsSync(layout.data)) throw new EmbeddedPostgresError(`${layout.data} is gone`);
      await launch();
      const tookMs = Math.round(performance.now() - noticedAt);
      warn(`PostgreSQL had ended; it was started again in ${tookMs} ms. ${layout.log} may say why it ended`);
    });
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    warn(`PostgreSQL has ended and cannot be started again yet: ${cause}`);
    throw error;
  }
}

/** Whether it runs, or is about to. Throws EmbeddedPostgresError when it does so on another port. */
async function runs({ layout, port }: ReviveOptions): Promise<boolean> {
  const running = await findPostmaster(layout.data);
  if (running === undefined) return false;
  if (running.port === undefined || running.port === port) return true;
  throw new EmbeddedPostgresError(
    `it runs on port ${running.port}, as something else had taken ${port}: restart this server`,
  );
}
