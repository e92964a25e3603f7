import type { Clock, Instant } from "../clock.js";
import type { ProjectStore } from "../store/project-store.js";

/** How long a look-up is believed: a change of the setting reaches every server within this time. */
const cacheMs = 1_000;
/** Most look-ups that are remembered. */
const cacheSize = 1_000;

/** Makes the look-up of whether any project allows a web origin. When the database is gone, none does. */
export function createIsOriginAllowed({
  clock,
  projects,
}: {
  clock: Clock;
  projects: ProjectStore;
}): (origin: string) => Promise<boolean> {
  const cache = new Map<string, { readonly until: Instant; readonly allowed: Promise<boolean> }>();
  return (origin) => {
    const now = clock.now();
    const known = cache.get(origin);
    if (known !== undefined && now < known.until) return known.allowed;
    if (cache.size >= cacheSize) cache.clear();
    const allowed = projects.isOriginAllowed(origin).catch(() => {
      cache.delete(origin);
      return false;
    });
    cache.set(origin, { until: now + cacheMs, allowed });
    return allowed;
  };
}
