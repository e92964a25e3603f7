import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type App, startApp } from "../../server/app.js";
import { readConfig } from "../../server/config.js";
import { type Foundation, openFoundation } from "../../server/foundation.js";
import { silentLog } from "../../server/log.js";
import { openGeo } from "../../server/outbound/geo/open-geo.js";

/** The real service over its embedded PostgreSQL in a folder of its own, on a clock that the bench moves. */
export interface BenchService {
  readonly app: App;
  readonly foundation: Foundation;
  /** Makes a project and answers its API secret. */
  project(name: string): Promise<{ readonly projectId: string; readonly secret: string }>;
  /** POSTs JSON to the REST API and reads the answer. Throws on any status but 200. */
  post(secret: string, path: string, body: unknown): Promise<Readonly<Record<string, unknown>>>;
  /** Sets the clock, in milliseconds since 1970. */
  setClock(now: number): void;
  stop(): Promise<void>;
}

/** Starts it. */
export async function startBenchService(now: number): Promise<BenchService> {
  const dataDir = await mkdtemp(join(tmpdir(), "rupt-bench-devices-"));
  let clockNow = now;
  const config = readConfig({
    PORT: "0",
    GRPC_PORT: "0",
    DATA_DIR: dataDir,
    LOG_LEVEL: "silent",
    MASTER_KEYS: "bench-master-key-0123456789abcdefghijk",
  });
  const foundation = await openFoundation(config, silentLog, { now: () => clockNow });
  const geo = await openGeo();
  const app = await startApp({ config, foundation, geo, log: silentLog });
  const base = `http://127.0.0.1:${app.httpPort}`;
  return {
    app,
    foundation,
    async project(name) {
      const { project, secret } = await foundation.projects.create(name);
      return { projectId: project.projectId, secret };
    },
    async post(secret, path, body) {
      const response = await fetch(base + path, {
        method: "POST",
        headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      const answer = (await response.json()) as Readonly<Record<string, unknown>>;
      if (response.status !== 200)
        throw new Error(`${path} answered ${response.status}: ${JSON.stringify(answer)}`);
      return answer;
    },
    setClock(next) {
      clockNow = next;
    },
    async stop() {
      await app.stop(1_000);
      geo.close();
      await foundation.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
