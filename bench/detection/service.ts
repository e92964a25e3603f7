import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startApp } from "../../server/app.js";
import { readConfig } from "../../server/config.js";
import { openFoundation } from "../../server/foundation.js";
import { silentLog } from "../../server/log.js";
import type { Geo } from "../../server/outbound/geo/geo.js";
import { startEmbeddedPostgres } from "../../server/store/embedded-postgres/embedded-postgres.js";
import { clientAgent } from "./http-client.js";
import type { Login } from "./people.js";

/** What the service answered. */
export interface Answer {
  readonly verdict: string;
  readonly score: number;
  readonly reasons: readonly string[];
  readonly device: unknown;
  readonly challengeId: string | undefined;
}

/** The real service over its REST API, on a throw-away database. */
export interface Service {
  evaluate(login: Login): Promise<Answer>;
  /** Does what an owner does who is asked for a code. */
  complete(login: Login, challengeId: string): Promise<void>;
  stop(): Promise<void>;
}

const emailOf = (user: string) => `${user}@example.com`;

/** Starts it, with a project that accepts event times. */
export async function startService(geo: Geo): Promise<Service> {
  const folder = await mkdtemp(join(tmpdir(), "rupt-detection-"));
  await chmod(folder, 0o711);
  const database = await startEmbeddedPostgres({
    dataDir: folder,
    log: () => {},
    warn: () => {},
    settings: { fsync: "off", synchronous_commit: "off", full_page_writes: "off" },
  });
  const config = readConfig({
    PORT: "0",
    GRPC_PORT: "0",
    DATABASE_URL: database.url,
    MASTER_KEYS: "bench-key-of-a-throw-away-database-0123",
    LOG_LEVEL: "silent",
  });
  const foundation = await openFoundation(config, silentLog);
  const { secret } = await foundation.projects.create("bench");
  await foundation.projects.set("bench", "accept-event-time", "on");
  const app = await startApp({ config, foundation, geo, log: silentLog });
  const client = clientAgent(app.httpPort, secret);
  return {
    async evaluate({ user, at, ip, fingerprint, userAgent }) {
      const body = await client.post("/v2/devices/evaluate", {
        action: "login",
        user,
        ip,
        fingerprint,
        user_agent: userAgent,
        email: emailOf(user),
        occurred_at: new Date(at).toISOString(),
      });
      return {
        verdict: String(body.verdict),
        score: Number(body.score),
        reasons: body.reasons as readonly string[],
        device: (body.signals as readonly { reason: string }[]).find(({ reason }) => /_device$/.test(reason)),
        challengeId: typeof body.challenge_id === "string" ? body.challenge_id : undefined,
      };
    },
    async complete({ user }, challengeId) {
      await client.post(`/v2/challenges/${challengeId}/send`);
      const code = app.inbox?.messages().find(({ to }) => to === emailOf(user))?.code;
      await client.post(`/v2/challenges/${challengeId}/verify`, { code });
      await client.post(`/v2/challenges/${challengeId}/complete`);
    },
    async stop() {
      client.close();
      await app.stop(1_000);
      await foundation.close();
      await database.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}
