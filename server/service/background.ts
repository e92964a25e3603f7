import type { Log } from "../log.js";

/** Work that nobody waits for: it goes on after the answer. */
export interface Background {
  /** Starts it. A failure goes to the log. */
  start(name: string, work: () => Promise<unknown>): void;
  /** Resolves when all that was started has ended. */
  settled(): Promise<void>;
}

/** Makes a place for background work. */
export function createBackground(log: Log): Background {
  const running = new Set<Promise<void>>();
  return {
    start(name, work) {
      const run = (async () => {
        try {
          await work();
        } catch (error) {
          log.warn({ err: error }, `${name} failed`);
        }
      })();
      running.add(run);
      void run.finally(() => running.delete(run));
    },
    async settled() {
      while (running.size > 0) await Promise.all(running);
    },
  };
}
