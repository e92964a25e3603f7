import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** A Rupt server of the demo's own. */
export interface RuptServer {
  /** http://localhost:PORT */
  readonly baseUrl: string;
  readonly secret: string;
  /** Resolves when it has ended, whoever ended it. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

/** The API secret, made on the first start and kept with the data that it opens. */
async function secretIn(dataDir: string): Promise<string> {
  const file = join(dataDir, "api-secret");
  const kept = await readFile(file, "utf8").catch(() => undefined);
  if (kept !== undefined) return kept.trim();
  const secret = randomBytes(32).toString("base64url");
  await writeFile(file, secret, { mode: 0o600 });
  return secret;
}

/** What the server says when it is ready, one JSON object a line. */
function portIn(line: string): number | undefined {
  if (!line.startsWith("{")) return undefined;
  const { msg, http } = JSON.parse(line) as { msg?: unknown; http?: unknown };
  return msg === "listening" && typeof http === "number" ? http : undefined;
}

async function ready(child: ChildProcess): Promise<number> {
  const said: string[] = [];
  return new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue;
      createInterface(stream).on("line", (line) => {
        said.push(line);
        if (said.length > 50) said.shift();
        const port = portIn(line);
        if (port !== undefined) resolve(port);
      });
    }
    child.once("error", reject);
    child.once("exit", (code) =>
      reject(new Error(`the Rupt server ended with ${code}:\n${said.join("\n")}`)),
    );
  });
}

/**
 * Starts the server of this repository with a database of its own in `dataDir`, on free ports. `program` is its built `main.js`.
 */
export async function startRuptServer(program: string, dataDir: string): Promise<RuptServer> {
  await mkdir(dataDir, { recursive: true, mode: 0o711 });
  const secret = await secretIn(dataDir);
  const child = spawn(process.execPath, [program], {
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      TMPDIR: process.env.TMPDIR,
      NODE_ENV: "development",
      HOST: "127.0.0.1",
      PORT: "0",
      GRPC_PORT: "0",
      LOG_FORMAT: "json",
      DATA_DIR: dataDir,
      BOOTSTRAP_SECRET: secret,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  // A demo that ends in whatever way takes its server along.
  const abandon = () => child.kill("SIGTERM");
  process.once("exit", abandon);
  const port = await ready(child);
  return {
    baseUrl: `http://localhost:${port}`,
    secret,
    ended,
    async stop() {
      child.kill("SIGTERM");
      await ended;
      process.off("exit", abandon);
    },
  };
}
