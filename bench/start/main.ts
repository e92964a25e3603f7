import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { mmdbBytes } from "../../server/outbound/geo/mmdb-fixture.js";
import { usage } from "../load/processes.js";

const { values } = parseArgs({ options: { starts: { type: "string", default: "5" } } });
const restSeconds = 10;

type Env = Readonly<Record<string, string>>;

/** One start of the server in development, with an embedded PostgreSQL. */
interface Start {
  /** From the start of the process until both ports are open. */
  readonly milliseconds: number;
  /** PostgreSQL's among them. */
  readonly cpuSeconds: number;
  /** Of the server's process alone; ten seconds after the start where that was waited for. */
  readonly megabytes: number;
}

/** Linux only. */
async function residentMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return (Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024) / 1e6;
}

async function untilListening(child: ChildProcess): Promise<void> {
  let output = "";
  for await (const chunk of child.stdout ?? []) {
    output += String(chunk);
    if (output.includes('"msg":"listening"')) return;
  }
  throw new Error(`the server ended:\n${output}`);
}

async function start(env: Env, rest = false): Promise<Start> {
  const script = fileURLToPath(new URL("../main.js", import.meta.url));
  const { PATH = "" } = process.env;
  const begun = performance.now();
  const child = spawn(process.execPath, [script], {
    env: { PATH, PORT: "0", GRPC_PORT: "0", LOG_FORMAT: "json", ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  await untilListening(child);
  const milliseconds = performance.now() - begun;
  const { cpuSeconds } = usage(child.pid ?? 0);
  if (rest) await sleep(restSeconds * 1000);
  const megabytes = await residentMegabytes(child.pid ?? 0);
  child.kill("SIGTERM");
  await once(child, "exit");
  return { milliseconds, cpuSeconds, megabytes };
}

/** Databases of no network, so that their reading and their memory do not count. */
async function noPlaces(folder: string): Promise<Env> {
  const env = { GEOIP_CITY_DB: join(folder, "city.mmdb"), GEOIP_ASN_DB: join(folder, "asn.mmdb") };
  const empty = { ipVersion: 6, buildEpoch: Math.floor(Date.now() / 1000), records: {} } as const;
  await writeFile(env.GEOIP_CITY_DB, mmdbBytes({ ...empty, type: "GeoLite2-City" }));
  await writeFile(env.GEOIP_ASN_DB, mmdbBytes({ ...empty, type: "GeoLite2-ASN" }));
  return env;
}

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "rupt-bench-"));
  await chmod(folder, 0o711);
  try {
    const kinds: readonly (readonly [string, Env])[] = [
      ["with the installed places", {}],
      ["without places", await noPlaces(folder)],
    ];
    for (const [index, [name, places]] of kinds.entries()) {
      const env = { DATA_DIR: join(folder, `data-${index}`), ...places };
      const first = await start(env);
      const again: Start[] = [];
      for (let n = 0; n < Number(values.starts); n++) again.push(await start(env));
      const [median] = again
        .sort((a, b) => a.milliseconds - b.milliseconds)
        .slice(Math.floor(again.length / 2));
      const { megabytes } = await start(env, true);
      process.stdout.write(
        `${name}: first start ${Math.round(first.milliseconds)} ms; again ${Math.round(median?.milliseconds ?? 0)} ms (median), ` +
          `${median?.cpuSeconds.toFixed(2)} s of CPU; at rest ${Math.round(megabytes)} MB\n`,
      );
    }
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

await main();
