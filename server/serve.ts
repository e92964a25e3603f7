import { type App, startApp } from "./app.js";
import type { Config } from "./config.js";
import { type Foundation, openFoundation } from "./foundation.js";
import type { Log } from "./log.js";
import { noMetrics, openMetrics } from "./metrics.js";
import type { Geo } from "./outbound/geo/geo.js";
import { openConfiguredGeo } from "./outbound/geo/open-configured-geo.js";
import { startMaintenance } from "./service/maintenance.js";
import { postgresMaintenanceStore } from "./store/postgres/postgres-maintenance-store.js";
import { type MetricsPort, serveMetrics } from "./transport/metrics-port.js";
import { type Ports, welcome } from "./welcome.js";

/** How long calls in flight may go on after a signal to stop; the rest of the ten seconds is for closing. */
const graceMs = 7_000;

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

/** What a database needs once, however many processes serve it: the first project, and upkeep. */
export interface Upkeep {
  /** Tells newcomers where to go, in development. */
  greet(ports: Ports): void;
  stop(): void;
}

/** Makes the first project, does one round of maintenance and keeps on doing so. */
export async function startUpkeep(config: Config, foundation: Foundation, log: Log): Promise<Upkeep> {
  const { clock, sql, databaseText } = foundation;
  const secret = await firstProject(config, foundation, log);
  const deps = { clock, store: postgresMaintenanceStore(sql), log, retentionDays: config.retentionDays };
  const { stop } = await startMaintenance(deps);
  return {
    greet(ports) {
      if (config.mode === "development") process.stdout.write(welcome(config, ports, databaseText, secret));
    },
    stop,
  };
}

/** Opens both at the same time, and leaves neither open when the other fails. */
async function open(config: Config, log: Log): Promise<{ foundation: Foundation; geo: Geo }> {
  const [foundation, geo] = await Promise.allSettled([
    openFoundation(config, log),
    openConfiguredGeo(config, log),
  ]);
  if (foundation.status === "fulfilled" && geo.status === "fulfilled")
    return { foundation: foundation.value, geo: geo.value };
  if (foundation.status === "fulfilled") await foundation.value.close();
  if (geo.status === "fulfilled") geo.value.close();
  throw foundation.status === "rejected" ? foundation.reason : (geo as PromiseRejectedResult).reason;
}

/** How a process serves. */
export interface ServeOptions {
  readonly config: Config;
  readonly log: Log;
  /** Resolves when the process shall stop. */
  readonly stopped: Promise<unknown>;
  /** Whether this process also does what a database needs once; workers leave that to their primary. */
  readonly upkeep: boolean;
  readonly listening: (ports: Ports) => void;
}

/** Opens the port for metrics where the configuration names one. */
export async function openMetricsPort(
  { host, metricsPort }: Config,
  read: () => Promise<string>,
): Promise<MetricsPort | undefined> {
  return metricsPort === undefined ? undefined : await serveMetrics({ host, port: metricsPort, read });
}

/** The port for metrics as one of the process's ports. */
export function exposedAt(port: MetricsPort | undefined): Pick<Ports, "metrics"> {
  return port === undefined ? {} : { metrics: port.port };
}

/** Serves until it shall stop, then finishes what is in flight and closes everything. */
export async function serve({ config, log, stopped, upkeep, listening }: ServeOptions): Promise<void> {
  const measured = config.metricsPort === undefined ? undefined : openMetrics();
  const { foundation, geo } = await open(config, log);
  let exposed: MetricsPort | undefined;
  try {
    const kept = upkeep ? await startUpkeep(config, foundation, log) : undefined;
    // Workers leave it to their primary, too.
    if (upkeep && measured !== undefined) exposed = await openMetricsPort(config, measured.read);
    const metrics = measured?.metrics ?? noMetrics;
    const app: App = await startApp({ config, foundation, geo, log, metrics });
    const ports: Ports = { http: app.httpPort, grpc: app.grpcPort, ...exposedAt(exposed) };
    kept?.greet(ports);
    listening(ports);
    await stopped;
    kept?.stop();
    await app.stop(graceMs);
  } finally {
    exposed?.close();
    geo.close();
    await foundation.close();
  }
}
