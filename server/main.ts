import cluster from "node:cluster";
import { readConfig } from "./config.js";
import { faultText } from "./fault-text.js";
import { openLog } from "./log.js";
import { serve } from "./serve.js";
import { serveByWorkers } from "./workers.js";

/** When a stop that hangs is given up. */
const stopLimitMs = 9_500;

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

  if (cluster.isWorker) {
    await serve({
      config,
      log,
      stopped,
      upkeep: false,
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
      listening: (ports) => log.info({ ...ports }, "listening"),
    });
  }
  if (cluster.isPrimary) log.info({}, "stopped");
}

main().then(
  () => process.exit(0),
  (error) => {
    process.stderr.write(`${faultText(error)}\n`);
    process.exit(1);
  },
);
