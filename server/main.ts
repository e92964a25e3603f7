import cluster from "node:cluster";
import { ConfigError, readConfig } from "./config.js";
import { openLog } from "./log.js";
import { openMetrics } from "./metrics.js";
import { GeoDatabaseError } from "./outbound/geo/open-geo.js";
import { serve } from "./serve.js";
import { EmbeddedPostgresError } from "./store/embedded-postgres/embedded-postgres-error.js";
import { SchemaTooNewError } from "./store/postgres/migrate.js";
import { serveByWorkers } from "./workers.js";

/** When a stop that hangs is given up. */
const stopLimitMs = 9_500;

/** Faults that the operator can mend: shown without a stack. */
function isOperatorFault(error: unknown): error is Error {
  return (
    error instanceof ConfigError ||
    error instanceof SchemaTooNewError ||
    error instanceof GeoDatabaseError ||
    error instanceof EmbeddedPostgresError ||
    (error instanceof Error && error.message.startsWith("cannot listen on"))
  );
}

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const log = openLog(config.logLevel, config.logFormat);

  // A signal during the start waits until there is something to stop. One that comes again changes nothing: Ctrl-C under npm comes twice, from
  // the terminal and from npm, and the second one must not end what the first one lets finish.
  const stopped = new Promise<void>((resolve) => {
    let stopping = false;
    const stop = (signal: string) => {
      if (stopping) return;
      stopping = true;
      if (cluster.isPrimary) log.info({ signal }, "stopping");
      setTimeout(() => {
        log.error({}, "the stop took too long and was given up");
        process.exit(1);
      }, stopLimitMs).unref();
      resolve();
    };
    process.on("SIGTERM", stop);
    process.on("SIGINT", stop);
  });

  const measured = () => (config.metricsPort === undefined ? undefined : openMetrics());
  if (cluster.isWorker) {
    await serve({
      config,
      log,
      stopped,
      upkeep: false,
      measured: measured(),
      listening: (ports) => process.send?.({ listening: ports }),
    });
  } else if (config.workers > 1) {
    await serveByWorkers(config, log, stopped);
  } else {
    await serve({
      config,
      log,
      stopped,
      upkeep: true,
      measured: measured(),
      listening: (ports) => log.info({ ...ports }, "listening"),
    });
  }
  if (cluster.isPrimary) log.info({}, "stopped");
}

main().then(
  () => process.exit(0),
  (error) => {
    process.stderr.write(
      `${isOperatorFault(error) ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    process.exit(1);
  },
);
