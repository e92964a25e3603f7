import { type Config, readConfig } from "../config.js";
import { type Foundation, openFoundation } from "../foundation.js";
import { openLog } from "../log.js";
import type { Projects } from "../service/projects.js";

/** Opens the foundation for one command, and closes it whatever happens. */
export async function withFoundation(
  run: (foundation: Foundation, config: Config) => Promise<void>,
): Promise<void> {
  const config = readConfig(process.env);
  const foundation = await openFoundation(config, openLog("warn", config.logFormat));
  try {
    await run(foundation, config);
  } finally {
    await foundation.close();
  }
}

/** The same, for commands that need the projects only. */
export function withProjects(run: (projects: Projects) => Promise<void>): Promise<void> {
  return withFoundation(({ projects }) => run(projects));
}
