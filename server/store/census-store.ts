import type { Instant } from "../clock.js";
import type { Census } from "../risk/census.js";

/** What a project's users come with, counted by all servers. */
export interface CensusStore {
  /** Version 0 and nobody where none is kept. */
  read(projectId: string): Promise<{ readonly version: number; readonly census: Census }>;
  /** Replaces the census while it still has the version that was read; answers false otherwise. */
  put(projectId: string, expectedVersion: number, census: Census, now: Instant): Promise<boolean>;
}
