import { join } from "node:path";
import type { Network } from "../../risk/location.js";
import { openAsnCsv } from "./asn-csv.js";
import { readAsnRecord } from "./asn-record.js";
import type { DatabaseKind } from "./database.js";
import { openMmdb } from "./mmdb.js";

/** Networks. */
export const asnDatabase: DatabaseKind<Network> = {
  label: "asn",
  setting: "GEOIP_ASN_DB",
  packageName: "@ip-location-db/asn",
  without: "no networks: addresses are compared by prefix only",

  async openFile(path) {
    const file = await openMmdb(path);
    if (/city|country/i.test(file.type)) throw new Error(`is a "${file.type}" database, not one of ASNs`);
    return { builtAt: file.builtAt, find: (ip) => readAsnRecord(file.record(ip)) };
  },

  async openPackage(folder) {
    const table = await openAsnCsv(join(folder, "asn-ipv4-num.csv"), join(folder, "asn-ipv6-num.csv"));
    return { find: (ip) => table.network(ip) };
  },
};
