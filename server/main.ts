import { type App, startApp } from "./app.js";
import { type Config, ConfigError, readConfig } from "./config.js";
import { type Foundation, openFoundation } from "./foundation.js";
import { type Log, openLog } from "./log.js";
import { GeoDatabaseError, openGeo } from "./outbound/geo/open-geo.js";
import { maintain, startMaintenance } from "./service/maintenance.js";
import { SchemaTooNewError } from "./store/postgres/migrate.js";
import { postgresMaintenanceStore } from "./store/postgres/postgres-maintenance-store.js";

/** How long calls in flight may go on after a signal to stop; the rest of the ten seconds is for closing. */
const graceMs = 7_000;
/** When a stop that hangs is given up. */
const stopLimitMs = 9_500;

/** Gives an empty database its first project. Answers the secret where it may be shown: in development, when it was made just now. */
async function firstProject(config: Config, { projects }: Foundation, log: Log): Promise<string | undefined> {
  if (config.bootstrapSecret !== undefined) {
    const made = await projects.bootstrap("default", config.bootstrapSecret);
    if (made !== undefined)
      log.info({ project: made.project.name }, "made the first project with BOOTSTRAP_SECRET");
    return undefined;
  }
  if (config.mode === "production") return undefined;
  return (await projects.bootstrap("development"))?.secret;
}

function welcome(config: Config, app: App, { databaseText }: Foundation, secret: string | undefined): string {
  const scheme = config.tls === undefined ? "http" : "https";
  const host = config.host === "0.0.0.0" || config.host === "127.0.0.1" ? "localhost" : config.host;
  const base = `${scheme}://${host}:${app.httpPort}`;
  const lines = [
    "",
    "  Rupt is ready.",
    "",
    `  REST, Connect, gRPC-Web   ${base}`,
    `  gRPC                      ${host}:${app.grpcPort}`,
    `  Database                  ${databaseText}`,
    ...(config.smtpUrl === undefined ? [`  Codes arrive at           ${base}/inbox`] : []),
    "",
  ];
  if (secret === undefined) {
    lines.push("  For a new API secret: npm run rupt -- secret rotate PROJECT", "");
    return `${lines.join("\n")}\n`;
  }
  lines.push(
    `  Your project is "development". Its API secret, shown this once:`,
    "",
    `    ${secret}`,
    "",
    "  Try it:",
    "",
    `    curl -X POST ${base}/v2/devices/evaluate \\`,
    `      -H "Authorization: Bearer ${secret}" \\`,
    `      -H "Content-Type: application/json" \\`,
    `      -d '{"action": "login", "user": "USER_ID", "fingerprint": "REQUEST_HASH", "ip": "84.208.20.110", "email": "user@example.com"}'`,
    "",
  );
  return `${lines.join("\n")}\n`;
}

/** Faults that the operator can mend: shown without a stack. */
function isOperatorFault(error: unknown): error is Error {
  return (
    error instanceof ConfigError ||
    error instanceof SchemaTooNewError ||
    error instanceof GeoDatabaseError ||
    (error instanceof Error && error.message.startsWith("cannot listen on"))
  );
}

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const log = openLog(config.logLevel, config.logFormat);

  // A signal during the start waits until there is something to stop.
  let stopAsked: (signal: string) => void = () => {};
  const stopped = new Promise<string>((resolve) => {
    stopAsked = resolve;
  });
  process.on("SIGTERM", () => stopAsked("SIGTERM"));
  process.on("SIGINT", () => stopAsked("SIGINT"));

  const [foundation, geo] = await Promise.all([
    openFoundation(config, log),
    openGeo({
      ...(config.geoipCityDb === undefined ? {} : { cityDb: config.geoipCityDb }),
      ...(config.geoipAsnDb === undefined ? {} : { asnDb: config.geoipAsnDb }),
      log,
    }),
  ]);
  const upkeep = {
    clock: foundation.clock,
    store: postgresMaintenanceStore(foundation.sql),
    log,
    retentionDays: config.retentionDays,
  };
  let app: App;
  try {
    const secret = await firstProject(config, foundation, log);
    await maintain(upkeep);
    startMaintenance(upkeep);
    app = await startApp({ config, foundation, geo, log });
    if (config.mode === "development") process.stdout.write(welcome(config, app, foundation, secret));
    log.info({ http: app.httpPort, grpc: app.grpcPort }, "listening");
  } catch (error) {
    await foundation.close();
    throw error;
  }

  const signal = await stopped;
  log.info({ signal }, "stopping");
  setTimeout(() => {
    log.error({}, "the stop took too long and was given up");
    process.exit(1);
  }, stopLimitMs).unref();
  await app.stop(graceMs);
  geo.close();
  await foundation.close();
  log.info({}, "stopped");
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
