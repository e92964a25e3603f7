import cluster, { type Worker } from "node:cluster";
import type { Config } from "./config.js";
import { StartError } from "./errors.js";
import { openFoundation } from "./foundation.js";
import type { Log } from "./log.js";
import { readOfWorkers } from "./metrics.js";
import { exposedAt, openMetricsPort, startUpkeep } from "./serve.js";
import type { MetricsPort } from "./transport/metrics-port.js";
import type { Ports } from "./welcome.js";

/** A worker that dies is replaced after this long, so that one that dies at once does not take the machine with it. */
const replaceAfterMs = 1_000;

/** Starts a worker. Resolves when it listens; rejects when it ends before that. */
function startWorker(): { worker: Worker; listening: Promise<Ports> } {
  const worker = cluster.fork();
  const listening = new Promise<Ports>((resolve, reject) => {
    // Not the only message of a worker: it also tells its metrics.
    worker.on("message", (message: { readonly listening?: Ports }) => {
      if (message.listening !== undefined) resolve(message.listening);
    });
    worker.once("exit", (code) =>
      reject(
        new StartError(`a worker ended with code ${code} before it could serve; what it said stands above`),
      ),
    );
  });
  return { worker, listening };
}

/**
 * Serves by `config.workers` processes on the same ports until it shall stop. This process keeps the database, makes the first project and does
 * the upkeep; the workers do the serving. One that dies is replaced.
 */
export async function serveByWorkers(config: Config, log: Log, stopped: Promise<unknown>): Promise<void> {
  const foundation = await openFoundation(config, log);
  const workers = new Set<Worker>();
  let stopping = false;
  let exposed: MetricsPort | undefined;

  const employ = (): Promise<Ports> => {
    const { worker, listening } = startWorker();
    workers.add(worker);
    worker.once("exit", (code, signal) => {
      workers.delete(worker);
      if (stopping) return;
      log.error({ pid: worker.process.pid, code, signal }, "a worker ended; another takes its place");
      setTimeout(() => {
        if (!stopping) employ().catch(() => {});
      }, replaceAfterMs);
    });
    return listening;
  };

  try {
    const kept = await startUpkeep(config, foundation, log);
    exposed = await openMetricsPort(config, readOfWorkers());
    const ports = await Promise.race([
      Promise.all(Array.from({ length: config.workers }, employ)).then(([first]) => first),
      stopped.then(() => undefined),
    ]);
    if (ports !== undefined) {
      kept.greet(ports);
      log.info({ ...ports, ...exposedAt(exposed), workers: config.workers }, "listening");
      await stopped;
    }
    kept.stop();
  } finally {
    stopping = true;
    const ends = [...workers].map((worker) => new Promise((resolve) => worker.once("exit", resolve)));
    for (const worker of workers) worker.kill("SIGTERM");
    await Promise.all(ends);
    exposed?.close();
    await foundation.close();
  }
}
