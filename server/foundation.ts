import { type Clock, systemClock } from "./clock.js";
import { type Config, ConfigError } from "./config.js";
import { StartError } from "./errors.js";
import { deriveKeys, type Keys } from "./keys.js";
import type { Log } from "./log.js";
import { readMasterKeyFile } from "./master-key-file.js";
import { createProjects, type Projects } from "./service/projects.js";
import { startEmbeddedPostgres } from "./store/embedded-postgres/embedded-postgres.js";
import { type Database, openDatabase } from "./store/postgres/database.js";
import { migrate } from "./store/postgres/migrate.js";
import { postgresProjectStore } from "./store/postgres/postgres-project-store.js";
import type { ProjectStore } from "./store/project-store.js";

/** What server and command line stand on: a migrated database, the keys, and the projects in it. */
export interface Foundation {
  readonly clock: Clock;
  readonly keys: Keys;
  readonly sql: Database;
  readonly projectStore: ProjectStore;
  readonly projects: Projects;
  /** What the database is, for people; without its password. */
  readonly databaseText: string;
  /** Closes the pool and stops an embedded PostgreSQL that no one else uses. */
  close(): Promise<void>;
}

/** All calls are answered when the pool is closed; connections that once broke under a statement are waited for in vain. */
const poolEndSeconds = 1;

async function keptMasterKeys(dataDir: string): Promise<readonly string[]> {
  try {
    return await readMasterKeyFile(dataDir);
  } catch (cause) {
    throw new StartError(
      `cannot read or make the master key in the folder ${dataDir} (${cause instanceof Error ? cause.message : cause}): set DATA_DIR to a folder this user can write, or set MASTER_KEYS`,
      { cause },
    );
  }
}

/** Opens the foundation: starts PostgreSQL where none is given, migrates it, and checks that the master keys fit. */
export async function openFoundation(
  config: Config,
  log: Log,
  clock: Clock = systemClock,
): Promise<Foundation> {
  const keys = deriveKeys(config.masterKeys ?? (await keptMasterKeys(config.dataDir)));
  const embedded =
    config.databaseUrl === undefined
      ? await startEmbeddedPostgres({
          dataDir: config.dataDir,
          log: (message) => log.debug({}, message),
          warn: (message) => log.warn({}, message),
        })
      : undefined;
  const url = config.databaseUrl ?? embedded?.url ?? "";
  let sql: Database | undefined;
  const close = async () => {
    await sql?.end({ timeout: poolEndSeconds });
    await embedded?.stop();
  };
  try {
    const steps = await migrate(url);
    if (steps > 0) log.info({ steps }, "migrated the database");
    sql = openDatabase({ url, poolSize: config.databasePoolSize, prepare: config.databasePrepare });
    const projectStore = postgresProjectStore(sql);
    const missing = await projectStore.noteMasterKey(keys.ids, clock.now());
    if (missing !== undefined) {
      throw new ConfigError([
        `MASTER_KEYS does not hold the key ${missing} that this database is used with. Set MASTER_KEYS to the same keys on all servers (a generated one lies in DATA_DIR/master.key); a new key goes in front of the old one`,
      ]);
    }
    return {
      clock,
      keys,
      sql,
      projectStore,
      projects: createProjects({ clock, keys, projects: projectStore }),
      databaseText:
        embedded === undefined
          ? `PostgreSQL at ${new URL(url).host}`
          : `embedded PostgreSQL in ${config.dataDir}`,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
