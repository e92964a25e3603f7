import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbeddedPostgres } from "../../server/store/embedded-postgres/embedded-postgres.js";
import { freePort, type Measured, startServer } from "./processes.js";

type Env = Readonly<Record<string, string>>;

/** The real server under measurement, on an embedded PostgreSQL of its own with full durability. */
export interface Service extends Measured {
  readonly port: number;
  readonly grpcPort: number;
  /** Of its only project. */
  readonly secret: string;
  readonly databaseUrl: string;
  /** Of the bench alone; holds the database too, and goes with `end`. */
  readonly folder: string;
  /** What the server was started with. */
  readonly env: Env;
}

const secret = "bench-secret-0123456789abcdef0123456789";

/** Starts it; what the environment says besides comes from `settings`. Nothing is left behind when it cannot start. */
export async function startService(
  settings: (at: Pick<Service, "port">) => Env = () => ({}),
): Promise<Service> {
  const folder = await mkdtemp(join(tmpdir(), "rupt-bench-"));
  await chmod(folder, 0o711);
  const undone: (() => Promise<void>)[] = [() => rm(folder, { recursive: true, force: true })];
  const undo = async () => {
    for (const step of undone.splice(0).reverse()) await step();
  };
  try {
    const database = await startEmbeddedPostgres({ dataDir: folder, log: () => {}, warn: () => {} });
    undone.push(() => database.stop());
    const [port, grpcPort] = [await freePort(), await freePort()];
    const env = {
      PORT: String(port),
      GRPC_PORT: String(grpcPort),
      DATABASE_URL: database.url,
      DATA_DIR: folder,
      BOOTSTRAP_SECRET: secret,
      ...settings({ port }),
    };
    const server = await startServer(env);
    undone.push(() => server.end());
    return { child: server.child, port, grpcPort, secret, databaseUrl: database.url, folder, env, end: undo };
  } catch (error) {
    await undo();
    throw error;
  }
}
