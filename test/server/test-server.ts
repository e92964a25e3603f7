import { type App, startApp } from "../../server/app.js";
import { challengeLimits } from "../../server/challenge/limits.js";
import type { Clock } from "../../server/clock.js";
import { type Config, readConfig } from "../../server/config.js";
import { type Foundation, openFoundation } from "../../server/foundation.js";
import { type Log, silentLog } from "../../server/log.js";
import { type Metrics, noMetrics } from "../../server/metrics.js";
import type { Geo } from "../../server/outbound/geo/geo.js";
import { openGeo } from "../../server/outbound/geo/open-geo.js";
import { createMigratedDatabase } from "../postgres/migrated-database.js";
import { testClock } from "./test-clock.js";

/** Master key of all test servers. */
export const testMasterKey = "test-master-key-0123456789abcdefghij";
/** Another one, for tests that replace it. */
export const nextMasterKey = "the-next-master-key-0123456789abcdefgh";

/** How a test server differs from the usual one. */
export interface TestServerOptions<C extends Clock> {
  readonly clock?: C;
  readonly env?: Readonly<Record<string, string>>;
  readonly log?: Log;
  /** Default: nothing is counted. */
  readonly metrics?: Metrics;
  /** A database that is there already, for a second server beside a first. */
  readonly databaseUrl?: string;
  readonly geo?: Geo;
  /** `wide` (default) lifts the message budgets, for tests that are about something else; `default` leaves them as projects have them. */
  readonly messageBudgets?: "wide" | "default";
}

/** A real server on free ports, over a database of its own, with one project. */
export interface TestServer<C extends Clock> {
  readonly clock: C;
  readonly app: App;
  readonly foundation: Foundation;
  readonly databaseUrl: string;
  /** http://127.0.0.1:PORT */
  readonly baseUrl: string;
  /** 127.0.0.1:PORT */
  readonly grpcTarget: string;
  /** API secret of the project `test`, or of a fresh project where the database was given. */
  readonly secret: string;
  /** The newest code that arrived for a contact. */
  codeFor(contact: string): string;
  /** POSTs JSON with the secret; answers status, headers and parsed body. */
  post(path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<RestAnswer>;
  /** GETs with the secret. */
  get(path: string): Promise<RestAnswer>;
  stop(): Promise<void>;
}

/** What a REST call answered. */
export interface RestAnswer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
  readonly body: any;
}

/** Calls a URL and reads the JSON that it answers. */
export async function rest(url: string, init: RequestInit): Promise<RestAnswer> {
  const response = await fetch(url, init);
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === "" ? undefined : JSON.parse(text),
  };
}

let projects = 0;

let realGeo: Promise<Geo> | undefined;

/** The real databases, opened once in a worker: reading them takes most of a start, and they only answer. */
function sharedGeo(): Promise<Geo> {
  realGeo ??= openGeo();
  return realGeo;
}

/** Starts a server; with no clock given, on a standing clock. */
export async function startTestServer(): Promise<TestServer<ReturnType<typeof testClock>>>;
export async function startTestServer<C extends Clock = ReturnType<typeof testClock>>(
  options: TestServerOptions<C>,
): Promise<TestServer<C>>;
export async function startTestServer(options: TestServerOptions<Clock> = {}): Promise<TestServer<Clock>> {
  const { clock = testClock(), env = {}, log = silentLog, metrics = noMetrics } = options;
  const own = options.databaseUrl === undefined ? await createMigratedDatabase() : undefined;
  const databaseUrl = options.databaseUrl ?? own?.url ?? "";
  const config: Config = readConfig({
    PORT: "0",
    GRPC_PORT: "0",
    DATABASE_URL: databaseUrl,
    MASTER_KEYS: testMasterKey,
    DATABASE_POOL_SIZE: "5",
    LOG_LEVEL: "silent",
    ...env,
  });
  const foundation = await openFoundation(config, log, clock);
  projects += 1;
  const projectName = own === undefined ? `test-${process.pid}-${projects}` : "test";
  const { secret } = await foundation.projects.create(projectName);
  if (options.messageBudgets !== "default") {
    for (const [name, { maximum }] of Object.entries(challengeLimits)) {
      if (/_messages(_per_day)?$/.test(name))
        await foundation.projects.set(projectName, name, String(maximum));
    }
  }
  const geo = options.geo ?? (await sharedGeo());
  const app = await startApp({ config, foundation, geo, log, metrics });
  const scheme = config.tls === undefined ? "http" : "https";
  const baseUrl = `${scheme}://127.0.0.1:${app.httpPort}`;
  const authorization = `Bearer ${secret}`;
  return {
    clock,
    app,
    foundation,
    databaseUrl,
    baseUrl,
    grpcTarget: `127.0.0.1:${app.grpcPort}`,
    secret,
    codeFor(contact) {
      const found = app.inbox?.messages().find(({ to, code }) => to === contact && code !== undefined);
      if (found?.code === undefined) throw new Error(`no code arrived for ${contact}`);
      return found.code;
    },
    post: (path, body, headers = {}) =>
      rest(baseUrl + path, {
        method: "POST",
        headers: {
          authorization,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      }),
    get: (path) => rest(baseUrl + path, { headers: { authorization } }),
    async stop() {
      await app.stop(1_000);
      await foundation.close();
      await own?.drop();
    },
  };
}
