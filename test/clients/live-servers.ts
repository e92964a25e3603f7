import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readConfig } from "../../server/config.js";
import { openFoundation } from "../../server/foundation.js";
import { openLog } from "../../server/log.js";
import { mustRun } from "./run.js";

/** One address of the running service. */
export interface Address {
  /** http(s)://localhost:PORT */
  readonly baseUrl: string;
  /** localhost:PORT, for gRPC. */
  readonly target: string;
  /** File of the certificate to trust; absent: plaintext. */
  readonly ca?: string;
}

/** What the tests may know of the running service. */
export interface LiveServers {
  readonly plaintext: Address;
  readonly tls: Address;
  /** Where the embedded PostgreSQL and the master key lie. */
  readonly dataDir: string;
}

const entry = new URL("../../dist/main.js", import.meta.url).pathname;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Starts the built server and waits until it says that it listens. */
async function start(env: Readonly<Record<string, string>>): Promise<ChildProcess> {
  const server = spawn(process.execPath, [entry], { env: { ...process.env, ...env } });
  let said = "";
  await new Promise<void>((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes("listening")) resolve();
    };
    server.stdout.on("data", hear);
    server.stderr.on("data", hear);
    server.once("exit", () => reject(new Error(`the server ended while it started:\n${said}`)));
  });
  return server;
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null) return;
  const ended = new Promise((resolve) => server.once("exit", resolve));
  server.kill("SIGTERM");
  await ended;
}

/** An authority of the tests' own and a certificate by it: rustls, which Deno has, takes no authority's own certificate for a server's. */
async function makeCertificates(folder: string): Promise<{ ca: string; cert: string; key: string }> {
  const [ca, cert, key] = [join(folder, "ca.pem"), join(folder, "cert.pem"), join(folder, "key.pem")];
  const authorityKey = join(folder, "ca.key.pem");
  const make = (subject: string, keyFile: string, file: string, ...options: string[]) =>
    mustRun("openssl", [
      ..."req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2".split(" "),
      ...["-subj", `/CN=${subject}`, "-keyout", keyFile, "-out", file, ...options],
    ]);
  await make("Rupt's tests", authorityKey, ca);
  await make(
    "localhost",
    key,
    cert,
    ...["-CA", ca, "-CAkey", authorityKey, "-addext", "basicConstraints=critical,CA:FALSE"],
    ...["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
  );
  return { ca, cert, key };
}

/** Starts the built server twice over one embedded PostgreSQL in a temporary folder: with TLS and without. */
export async function startLiveServers(): Promise<LiveServers & { stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "rupt-clients-"));
  const dataDir = join(folder, "data");
  const { ca, cert, key } = await makeCertificates(folder);
  const ports = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
  const common = { DATA_DIR: dataDir, NODE_ENV: "development", DATABASE_URL: "", HOST: "127.0.0.1" };
  const running: ChildProcess[] = [];
  const stopAll = async () => {
    await Promise.all(running.map(stop));
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const [http, grpc, https, grpcs] = ports;
    running.push(await start({ ...common, PORT: `${http}`, GRPC_PORT: `${grpc}` }));
    const tls = { TLS_CERT_FILE: cert, TLS_KEY_FILE: key };
    running.push(await start({ ...common, ...tls, PORT: `${https}`, GRPC_PORT: `${grpcs}` }));
    return {
      plaintext: { baseUrl: `http://localhost:${http}`, target: `localhost:${grpc}` },
      tls: { baseUrl: `https://localhost:${https}`, target: `localhost:${grpcs}`, ca },
      dataDir,
      stop: stopAll,
    };
  } catch (error) {
    await stopAll();
    throw error;
  }
}

/** Makes fresh projects beside the running servers and answers their API secrets. */
export async function openProjects(
  dataDir: string,
): Promise<{ secretOf(name: string): Promise<string>; close(): Promise<void> }> {
  const foundation = await openFoundation(readConfig({ DATA_DIR: dataDir }), openLog("warn", "text"));
  return {
    secretOf: async (name) => (await foundation.projects.create(name)).secret,
    close: () => foundation.close(),
  };
}
