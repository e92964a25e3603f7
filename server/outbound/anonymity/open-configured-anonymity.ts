import type { Clock } from "../../clock.js";
import type { Config } from "../../config.js";
import type { Log } from "../../log.js";
import type { AnonymitySource } from "./anonymity.js";
import { openAnonymity } from "./open-anonymity.js";

/** Opens the files that the configuration names. */
export function openConfiguredAnonymity(config: Config, log: Log, clock: Clock): Promise<AnonymitySource> {
  const { geoipAnonymousDb: anonymousDb, addressLists: lists } = config;
  return openAnonymity({ ...(anonymousDb === undefined ? {} : { anonymousDb }), lists, log, clock });
}
