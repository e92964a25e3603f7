import { setTimeout as sleep } from "node:timers/promises";
import { isPostmaster } from "./postmaster.js";

const fastMs = 8000;
const immediateMs = 2000;
const pollMs = 10;

/**
 * Stops the postmaster: open transactions are rolled back, connections are closed, and everything is written out. If
 * that takes longer than 8 s it is made to end at once, which loses nothing either: the next start recovers from the
 * write-ahead log. Returns when the process is gone or has had its time.
 */
export async function stopPostmaster(
  pid: number,
  data: string,
  log: (message: string) => void,
): Promise<void> {
  if (await end(pid, data, "SIGINT", fastMs)) {
    log("stopped PostgreSQL");
  } else if (await end(pid, data, "SIGQUIT", immediateMs)) {
    log("PostgreSQL did not stop in time and was ended at once; its next start recovers");
  } else {
    log(`PostgreSQL, process ${pid}, does not stop`);
  }
}

async function end(pid: number, data: string, signal: NodeJS.Signals, forMs: number): Promise<boolean> {
  const deadline = performance.now() + forMs;
  if (await isPostmaster(pid, data)) process.kill(pid, signal);
  while (await isPostmaster(pid, data)) {
    if (performance.now() > deadline) return false;
    await sleep(pollMs);
  }
  return true;
}
