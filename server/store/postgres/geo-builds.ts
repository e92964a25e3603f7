import { createHash } from "node:crypto";
import type { Database } from "./database.js";

/** Names of the geo databases that evaluations asked, each under a number, since they are long and there are few. */
export interface GeoBuilds {
  /** The number of a name; one that is not kept yet is kept first. */
  note(name: string): number | Promise<number>;
  /** The name of a number. */
  name(id: number): string | Promise<string>;
}

/** The first four bytes of the name's SHA-256: the same on every server. */
const idOf = (name: string): number => createHash("sha256").update(name).digest().readUInt32BE();

/** Makes GeoBuilds. Names are never changed, so that each server asks for one once. */
export function createGeoBuilds(sql: Database): GeoBuilds {
  const ids = new Map<string, number>();
  const names = new Map<number, string>();

  const remember = (id: number, name: string) => {
    ids.set(name, id);
    names.set(id, name);
  };

  const keep = async (name: string): Promise<number> => {
    const id = idOf(name);
    await sql`insert into geo_builds (geo_id, name) values (${id}, ${name}) on conflict (geo_id) do nothing`;
    remember(id, name);
    return id;
  };

  const read = async (id: number): Promise<string> => {
    const [row] = await sql<{ name: string }[]>`select name from geo_builds where geo_id = ${id}`;
    if (row === undefined) return "unknown";
    remember(id, row.name);
    return row.name;
  };

  return {
    note: (name) => ids.get(name) ?? keep(name),
    name: (id) => names.get(id) ?? read(id),
  };
}
