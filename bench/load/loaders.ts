import { spawn } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** What a load run saw from outside. */
export interface LoadResult {
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  /** In all, those before and after what is measured among them. */
  readonly answered: number;
  /** Answers that were not HTTP 2xx, and broken connections. */
  readonly failed: number;
}

async function run(command: string, args: readonly string[]): Promise<string> {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  let complaint = "";
  child.stdout.on("data", (chunk) => {
    out += chunk;
  });
  child.stderr.on("data", (chunk) => {
    complaint += chunk;
  });
  const code = await new Promise((resolve, reject) => {
    child.once("error", () =>
      reject(new Error(`${command} is not installed: apt-get install wrk nghttp2-client`)),
    );
    child.once("close", resolve);
  });
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${complaint}`);
  return out;
}

/** Posts bodies to a URL. */
export interface WrkOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent in turn; each of wrk's threads begins at another place. */
  readonly bodies: readonly string[];
  readonly connections: number;
  readonly seconds: number;
  readonly folder: string;
}

const wrkScript = (bodies: string, headers: Readonly<Record<string, string>>, threads: number) => `
local lines = {}
for line in io.lines("${bodies}") do lines[#lines + 1] = line end
local started = 0
function setup(thread) thread:set("place", math.floor(started * #lines / ${threads})); started = started + 1 end
wrk.method = "POST"
${Object.entries(headers)
  .map(([name, value]) => `wrk.headers["${name}"] = "${value}"`)
  .join("\n")}
function request()
  place = place % #lines + 1
  return wrk.format(nil, nil, nil, lines[place])
end
function done(summary, latency)
  local e = summary.errors
  io.write(string.format("RESULT %d %d %f %f %f %d\\n", summary.requests, summary.duration, latency:percentile(50),
    latency:percentile(95), latency:percentile(99), e.connect + e.read + e.write + e.status + e.timeout))
end`;

/** Loads a URL as fast as it answers, with wrk. */
export async function wrk({
  url,
  headers,
  bodies,
  connections,
  seconds,
  folder,
}: WrkOptions): Promise<LoadResult> {
  const bodyFile = join(folder, "bodies.jsonl");
  const script = join(folder, "post.lua");
  await writeFile(bodyFile, `${bodies.join("\n")}\n`);
  await writeFile(script, wrkScript(bodyFile, headers, 2));
  const out = await run("wrk", [
    "-t2",
    `-c${connections}`,
    `-d${seconds}s`,
    "--timeout",
    "10s",
    "-s",
    script,
    url,
  ]);
  const [, requests, micros, p50, p95, p99, failed] =
    /^RESULT (\S+) (\S+) (\S+) (\S+) (\S+) (\S+)$/m.exec(out) ?? [];
  if (failed === undefined) throw new Error(`wrk answered no result:\n${out}`);
  return {
    perSecond: Number(requests) / (Number(micros) / 1e6),
    p50: Number(p50) / 1000,
    p95: Number(p95) / 1000,
    p99: Number(p99) / 1000,
    answered: Number(requests),
    failed: Number(failed),
  };
}

/** Posts one body per client. */
export interface H2loadOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** One client each, one request at a time; so that no two requests of one user meet. */
  readonly bodies: readonly Buffer[];
  readonly seconds: number;
  readonly folder: string;
  /** Requests a second of each client; absent: as fast as it is answered. */
  readonly rate?: number;
  /** HTTP/1.1 in place of HTTP/2. */
  readonly http1?: boolean;
}

/** The value that a share of the sorted ones lies below. */
export const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

/** How long the start of many processes keeps a machine busy; what is answered meanwhile is not measured. */
const startUpMs = 1_000;

/**
 * Loads a URL with h2load: one process and connection for each body. Paced callers do not call at the same instants, since they know nothing of each
 * other: their starts are spread over the time between two calls.
 */
export async function h2load(options: H2loadOptions): Promise<LoadResult> {
  const { url, headers, bodies, seconds, folder, rate, http1 } = options;
  const spreadMs = rate === undefined ? 0 : 1000 / rate;
  const from = Date.now() + spreadMs + startUpMs;
  const until = from + seconds * 1000;
  const logs = await Promise.all(
    bodies.map(async (body, index) => {
      const bodyFile = join(folder, `body-${index}`);
      const log = join(folder, `log-${index}-${Date.now()}`);
      await writeFile(bodyFile, body);
      const headerArgs = Object.entries(headers).flatMap(([name, value]) => ["-H", `${name}: ${value}`]);
      const pace = rate === undefined ? [] : [`--rps=${rate}`];
      const version = http1 ? ["--h1"] : [];
      await sleep((spreadMs * index) / bodies.length);
      await run("h2load", [
        "-c1",
        "-m1",
        `-D${Math.ceil((until - Date.now()) / 1000)}`,
        `-d${bodyFile}`,
        `--log-file=${log}`,
        ...version,
        ...pace,
        ...headerArgs,
        url,
      ]);
      return readFile(log, "utf8");
    }),
  );
  let [answered, failed] = [0, 0];
  const took: number[] = [];
  for (const line of logs.flatMap((log) => log.split("\n"))) {
    const [begunMicros, status, micros] = line.split("\t");
    if (micros === undefined) continue;
    // By its end, since a call that has begun and not ended when a process ends is in no log.
    const ended = (Number(begunMicros) + Number(micros)) / 1000;
    if (!status?.startsWith("2")) failed += 1;
    else {
      answered += 1;
      if (ended >= from && ended < until) took.push(Number(micros) / 1000);
    }
  }
  took.sort((a, b) => a - b);
  return {
    perSecond: took.length / seconds,
    p50: percentile(took, 0.5),
    p95: percentile(took, 0.95),
    p99: percentile(took, 0.99),
    answered,
    failed,
  };
}

/** A message as gRPC frames it. */
export function grpcFrame(message: Uint8Array): Buffer {
  const header = Buffer.alloc(5);
  header.writeUInt32BE(message.length, 1);
  return Buffer.concat([header, message]);
}
