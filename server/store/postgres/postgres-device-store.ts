import type { DeviceStore } from "../device-store.js";
import type { Database } from "./database.js";
import { decodeReadings } from "./device-codec.js";
import { guarded } from "./faults.js";

/** Devices in PostgreSQL. */
export function postgresDeviceStore(sql: Database): DeviceStore {
  return {
    sample: (projectId, limit) =>
      guarded(async () => {
        // Device ids begin with the instant they were made at, so this walks the end of the primary key.
        const rows = await sql<{ readings: Uint8Array }[]>`
          select readings from devices
          where project_id = ${projectId} order by device_id desc limit ${limit}`;
        return rows.flatMap(({ readings }) => decodeReadings(readings).slice(0, 1));
      }),
  };
}
