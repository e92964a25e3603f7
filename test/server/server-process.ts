import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { inject } from "vitest";
import { testMasterKey } from "./test-server.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A server as operators run it: the built program in a process of its own. */
export interface ServerProcess {
  readonly pid: number;
  /** http(s)://127.0.0.1:PORT */
  readonly baseUrl: string;
  /** 127.0.0.1:PORT */
  readonly grpcTarget: string;
  /** http://127.0.0.1:PORT/metrics, where METRICS_PORT is set. */
  readonly metricsUrl: string | undefined;
  /** Everything that it wrote until now, both streams. */
  output(): string;
  kill(signal: NodeJS.Signals): void;
  /** Resolves with the exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
}

/** What a program that ended by itself left behind. */
export interface Ended {
  readonly code: number | NodeJS.Signals;
  readonly stdout: string;
  readonly stderr: string;
}

type Env = Readonly<Record<string, string>>;

function start(program: string, args: readonly string[], env: Env): ChildProcess {
  const { PATH = "", HOME = "" } = process.env;
  return spawn(process.execPath, [program, ...args], {
    cwd: root,
    env: { PATH, HOME, MASTER_KEYS: testMasterKey, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

const endOf = async (child: ChildProcess): Promise<number | NodeJS.Signals> => {
  const [code, signal] = await once(child, "exit");
  return code ?? signal;
};

/** Whether a program knows few places, and so starts in half the time, or those of the installed packages. */
interface Places {
  readonly places?: "few" | "installed";
}

const placesOf = ({ places = "few" }: Places): Env => (places === "few" ? inject("fewPlaces") : {});

/** Runs one of the built programs (`main.js`, `rupt.js`) to its end; the environment holds what is given and a master key. */
export async function runProgram(
  name: string,
  args: readonly string[],
  env: Env,
  places: Places = {},
): Promise<Ended> {
  const child = start(`dist/${name}`, args, { ...placesOf(places), ...env });
  const [code, stdout, stderr] = await Promise.all([
    endOf(child),
    textOf(child.stdout),
    textOf(child.stderr),
  ]);
  return { code, stdout, stderr };
}

async function textOf(stream: AsyncIterable<unknown> | null): Promise<string> {
  let text = "";
  for await (const chunk of stream ?? []) text += String(chunk);
  return text;
}

/** Starts the built server on free ports and returns when it listens. Throws with its output when it ends before. */
export async function startServerProcess(env: Env, places: Places = {}): Promise<ServerProcess> {
  const child = start("dist/main.js", [], {
    PORT: "0",
    GRPC_PORT: "0",
    LOG_FORMAT: "json",
    ...placesOf(places),
    ...env,
  });
  const ended = endOf(child);
  let output = "";
  const ports = await new Promise<{ http: number; grpc: number; metrics: string | undefined }>(
    (resolve, reject) => {
      const take = (chunk: unknown) => {
        output += String(chunk);
        const [, http, grpc, metrics] = /"http":(\d+),"grpc":(\d+)(?:,"metrics":(\d+))?/.exec(output) ?? [];
        if (http !== undefined && grpc !== undefined)
          resolve({ http: Number(http), grpc: Number(grpc), metrics });
      };
      child.stdout?.on("data", take);
      child.stderr?.on("data", take);
      void ended.then((code) => reject(new Error(`the server ended with ${code}:\n${output}`)));
    },
  );
  const scheme = env.TLS_CERT_FILE === undefined ? "http" : "https";
  return {
    pid: child.pid ?? 0,
    baseUrl: `${scheme}://127.0.0.1:${ports.http}`,
    grpcTarget: `127.0.0.1:${ports.grpc}`,
    metricsUrl: ports.metrics === undefined ? undefined : `http://127.0.0.1:${ports.metrics}/metrics`,
    output: () => output,
    kill: (signal) => void child.kill(signal),
    ended,
  };
}
