import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { mmdbBytes } from "../../server/outbound/geo/mmdb-fixture.js";

declare module "vitest" {
  interface ProvidedContext {
    /** Databases of a single network, for server processes of tests that are about something else. */
    fewPlaces: { readonly GEOIP_CITY_DB: string; readonly GEOIP_ASN_DB: string };
  }
}

const home = "84.208.0.0/16";

/** vitest's global set-up: writes databases that are read in no time; the real ones take half of a server's start. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "rupt-few-places-"));
  const fewPlaces = {
    GEOIP_CITY_DB: join(folder, "city.mmdb"),
    GEOIP_ASN_DB: join(folder, "asn.mmdb"),
  };
  const buildEpoch = Math.floor(Date.now() / 1000);
  const city = {
    city: { names: { en: "Oslo" } },
    country: { iso_code: "NO" },
    location: { latitude: 59.91, longitude: 10.75, accuracy_radius: 20 },
  };
  const network = { autonomous_system_number: 41164, autonomous_system_organization: "Telia" };
  await writeFile(
    fewPlaces.GEOIP_CITY_DB,
    mmdbBytes({ type: "GeoLite2-City", ipVersion: 6, buildEpoch, records: { [home]: city } }),
  );
  await writeFile(
    fewPlaces.GEOIP_ASN_DB,
    mmdbBytes({ type: "GeoLite2-ASN", ipVersion: 6, buildEpoch, records: { [home]: network } }),
  );
  project.provide("fewPlaces", fewPlaces);
  return () => rm(folder, { recursive: true, force: true });
}
