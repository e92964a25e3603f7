import { emptyCensus } from "../../risk/census.js";
import type { CensusStore } from "../census-store.js";
import type { Database } from "./database.js";
import { guarded } from "./faults.js";
import { pack } from "./pack.js";
import { dictionary } from "./packed-format.js";
import { unpack } from "./unpack.js";

/** No words. Only ever added to at the end: see `dictionary`. */
const words = dictionary([]);

/** Censuses in PostgreSQL: one row for each project. */
export function postgresCensusStore(sql: Database): CensusStore {
  return {
    read: (projectId) =>
      guarded(async () => {
        const [row] = await sql<{ version: number; counts: Uint8Array }[]>`
          select version, counts from censuses where project_id = ${projectId}`;
        if (row === undefined) return { version: 0, census: emptyCensus };
        return { version: row.version, census: new Map(unpack(row.counts, words) as [string, number][]) };
      }),

    put: (projectId, expectedVersion, census, now) =>
      guarded(async () => {
        const rows = await sql`
          insert into censuses (project_id, version, counts, counted_at)
          values (${projectId}, ${expectedVersion + 1}, ${pack([...census], words)}, ${now})
          on conflict (project_id) do update
          set version = excluded.version, counts = excluded.counts, counted_at = excluded.counted_at
          where censuses.version = excluded.version - 1
          returning 1`;
        return rows.length === 1;
      }),
  };
}
