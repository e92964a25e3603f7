import type { Config } from "../../config.js";
import type { Log } from "../../log.js";
import type { Geo } from "./geo.js";
import { openGeo } from "./open-geo.js";

/** Opens the databases that the configuration names. Throws `GeoDatabaseError`. */
export function openConfiguredGeo({ geoipCityDb, geoipAsnDb }: Config, log: Log): Promise<Geo> {
  return openGeo({
    ...(geoipCityDb === undefined ? {} : { cityDb: geoipCityDb }),
    ...(geoipAsnDb === undefined ? {} : { asnDb: geoipAsnDb }),
    log,
  });
}
