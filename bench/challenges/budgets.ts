import { readConfig } from "../../server/config.js";
import { openFoundation } from "../../server/foundation.js";
import { silentLog } from "../../server/log.js";

/** Lets the default project of a server with this environment send as many messages as a bench asks for. */
export async function liftBudgets(env: Readonly<Record<string, string>>): Promise<void> {
  const foundation = await openFoundation(readConfig(env), silentLog);
  for (const scope of ["address", "country", "project"])
    await foundation.projects.set("default", `${scope}_messages_per_day`, "1000000");
  await foundation.close();
}
