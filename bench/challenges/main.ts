import { chmod, mkdtemp, rm } from "node:fs/promises";
import { Agent, createServer, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readConfig } from "../../server/config.js";
import { openFoundation } from "../../server/foundation.js";
import { silentLog } from "../../server/log.js";
import { startEmbeddedPostgres } from "../../server/store/embedded-postgres/embedded-postgres.js";
import { freePort, startServer } from "../load/processes.js";

const { values } = parseArgs({
  options: {
    challenges: { type: "string", default: "600" },
    callers: { type: "string", default: "50" },
    /** How long the provider takes, in milliseconds. */
    provider: { type: "string", default: "40" },
  },
});
const challenges = Number(values.challenges);
const callers = Number(values.callers);
const providerMs = Number(values.provider);
const secret = "bench-secret-0123456789abcdef0123456789";
const agent = new Agent({ keepAlive: true, maxSockets: callers });

/** The code that the provider was given last for each number, and the instants at which it got and answered the message. */
const taken = new Map<string, { readonly code: string; readonly ms: number }>();

const provider = createServer(async (message, response) => {
  const startedAt = performance.now();
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  const form = new URLSearchParams(Buffer.concat(chunks).toString("utf8"));
  setTimeout(() => {
    const code = /\d{6}/.exec(form.get("Body") ?? "")?.[0] ?? "";
    taken.set(form.get("To") ?? "", { code, ms: performance.now() - startedAt });
    response.writeHead(201).end(`{"sid":"SM1"}`);
  }, providerMs);
});

interface Answer {
  readonly ms: number;
  readonly body: Record<string, unknown>;
}

function post(port: number, path: string, body: unknown): Promise<Answer> {
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const call = request(
      {
        port,
        path,
        method: "POST",
        agent,
        headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
      },
      async (response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk);
        const ms = performance.now() - startedAt;
        resolve({ ms, body: JSON.parse(Buffer.concat(chunks).toString("utf8")) });
      },
    );
    call.on("error", reject);
    call.end(JSON.stringify(body));
  });
}

/** Runs work for each of the indexes, so many at once. */
async function spread<T>(count: number, atOnce: number, work: (index: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const lane = async () => {
    for (let index = next++; index < count; index = next++) results[index] = await work(index);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return results;
}

function line(name: string, times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) => (sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(1);
  return `${name.padEnd(34)} ${String(sorted.length).padStart(6)} calls   median ${at(0.5)} ms   95 % ${at(0.95)} ms   99 % ${at(0.99)} ms`;
}

const phoneOf = (index: number) => `+47${90_000_000 + index}`;

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "rupt-bench-"));
  await chmod(folder, 0o711);
  const database = await startEmbeddedPostgres({ dataDir: folder, log: () => {} });
  await new Promise<void>((resolve) => provider.listen(0, "127.0.0.1", resolve));
  const address = provider.address();
  if (address === null || typeof address === "string") throw new Error("the provider has no port");
  const [port, grpcPort] = [await freePort(), await freePort()];
  const env = {
    PORT: String(port),
    GRPC_PORT: String(grpcPort),
    DATABASE_URL: database.url,
    MASTER_KEYS: "bench-master-key-0123456789abcdefghij",
    BOOTSTRAP_SECRET: secret,
    SMS_URL: `twilio+http://AC1:token@127.0.0.1:${address.port}?from=Bench`,
    LOG_LEVEL: "silent",
  };
  const server = await startServer(env);
  try {
    const foundation = await openFoundation(readConfig(env), silentLog);
    for (const scope of ["address", "country", "project"])
      await foundation.projects.set("default", `${scope}_messages_per_day`, "1000000");
    await foundation.close();

    const ids = await spread(challenges, 8, async (index) => {
      const attempt = { action: "login", user: `user-${index}`, phone: phoneOf(index) };
      await post(port, "/v2/evaluate", { ...attempt, fingerprint: `home ${index}`, ip: "84.208.20.110" });
      const asked = await post(port, "/v2/evaluate", {
        ...attempt,
        fingerprint: `new ${index}`,
        ip: `8.8.${index % 250}.${(index >> 3) % 250}`,
      });
      if (typeof asked.body.challenge_id !== "string") throw new Error(JSON.stringify(asked.body));
      return asked.body.challenge_id;
    });

    const sends = await spread(challenges, 10, async (index) => {
      const { ms, body } = await post(port, `/v2/challenges/${ids[index]}/send`, {});
      if (body.success !== true) throw new Error(JSON.stringify(body));
      return ms - (taken.get(phoneOf(index))?.ms ?? 0);
    });
    const codeOf = (index: number) => taken.get(phoneOf(index))?.code ?? "";
    const verify = async (index: number, code: string, success: boolean) => {
      const { ms, body } = await post(port, `/v2/challenges/${ids[index]}/verify`, { code });
      if (body.success !== success) throw new Error(JSON.stringify(body));
      return ms;
    };
    const wrong = (index: number) => (codeOf(index) === "000000" ? "000001" : "000000");
    const wrongs = await spread(challenges, callers, (index) => verify(index, wrong(index), false));
    const startedAt = performance.now();
    const rights = await spread(challenges, callers, (index) => verify(index, codeOf(index), true));
    const rate = (challenges / (performance.now() - startedAt)) * 1000;

    const print = (text: string) => process.stdout.write(`${text}\n`);
    print(line("send beyond the provider's time", sends));
    print(line(`verify, wrong, ${callers} callers`, wrongs));
    print(line(`verify, right, ${callers} callers`, rights));
    print(
      `${rate.toFixed(0)} right codes a second; the callers share the machine with the server and PostgreSQL`,
    );
  } finally {
    await server.end();
    provider.close();
    provider.closeAllConnections();
    await database.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

main().then(
  () => process.exit(0),
  (error) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  },
);
