import { migrate } from "../../server/store/postgres/migrate.js";
import { createTestDatabase, type TestDatabase } from "./test-database.js";

/** A database of one test file's own, with the tables of today and nothing in them. */
export function createMigratedDatabase(): Promise<TestDatabase> {
  return createTestDatabase(async (url) => void (await migrate(url)), "rupt");
}
