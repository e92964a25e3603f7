import { join } from "node:path";

/** Where things lie under the data folder; everything of ours is below or beside `home`. */
export interface Layout {
  /** The folder we were given. */
  readonly dataDir: string;
  /** The finished cluster with what belongs to it; appears all at once. */
  readonly home: string;
  /** PostgreSQL's own data folder. */
  readonly data: string;
  /** The superuser's password, which is also that of the role `rupt`; mode 0600. */
  readonly password: string;
  /** What PostgreSQL writes to stderr. */
  readonly log: string;
  /** Held while a process creates, starts or joins the cluster. */
  readonly lock: string;
}

/** Names the paths under `dataDir`; touches nothing. */
export function layoutOf(dataDir: string): Layout {
  return { dataDir, lock: join(dataDir, "postgres.lock"), ...clusterPaths(join(dataDir, "postgres")) };
}

/** The paths that move together with a cluster's home. */
export function clusterPaths(home: string): Pick<Layout, "home" | "data" | "password" | "log"> {
  return {
    home,
    data: join(home, "data"),
    password: join(home, "password"),
    log: join(home, "postgres.log"),
  };
}
