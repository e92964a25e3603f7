import type { DeviceStore } from "../device-store.js";
import type { Database } from "./database.js";
import { decodeKept, type StoredReading } from "./device-codec.js";
import { guarded } from "./faults.js";

/** Devices in PostgreSQL. */
export function postgresDeviceStore(sql: Database): DeviceStore {
  return {
    sample: (projectId, limit) =>
      guarded(async () => {
        // Device ids begin with the instant they were made at, so this walks the end of the primary key.
        const rows = await sql<{ newest: StoredReading | null }[]>`
          select readings -> 0 as newest from devices
          where project_id = ${projectId} order by device_id desc limit ${limit}`;
        return rows.flatMap(({ newest }) => (newest === null ? [] : [decodeKept(newest)]));
      }),
  };
}
