import { createInterface } from "node:readline";
import { startEmbeddedPostgres } from "../../server/store/embedded-postgres/embedded-postgres.js";

/**
 * A process that uses an embedded PostgreSQL, for tests that need several processes or another OS user. Arguments:
 * the data folder and the folder of the binaries. Prints one JSON line, {url, startedByUs} or {error}, and stops when
 * a line comes in.
 */
const [dataDir = "", binaries = ""] = process.argv.slice(2);
try {
  const instance = await startEmbeddedPostgres({
    dataDir,
    binaries,
    log: console.error,
    warn: console.error,
  });
  console.log(JSON.stringify({ url: instance.url, startedByUs: instance.startedByUs }));
  createInterface(process.stdin).once("line", async () => {
    await instance.stop();
    process.exit(0);
  });
} catch (error) {
  console.log(JSON.stringify({ error: error instanceof Error ? error.message : String(error) }));
}
