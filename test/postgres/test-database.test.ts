import postgres from "postgres";
import { expect, test } from "vitest";
import { createTestDatabase } from "./test-database.js";

test("clones are made from one prepared template and do not see each other", async () => {
  let prepared = 0;
  const prepare = async (url: string): Promise<void> => {
    prepared++;
    const sql = postgres(url, { max: 1 });
    await sql`CREATE TABLE note (value text)`;
    await sql`INSERT INTO note (value) VALUES ('from the template')`;
    await sql.end();
  };
  const databases = await Promise.all(
    Array.from({ length: 4 }, () => createTestDatabase(prepare, "harness")),
  );
  expect(prepared).toBe(1);
  expect(new Set(databases.map(({ url }) => url)).size).toBe(4);
  for (const { url, drop } of databases) {
    const sql = postgres(url, { max: 1 });
    await sql`INSERT INTO note (value) VALUES ('own')`;
    expect(await sql`SELECT value FROM note`).toHaveLength(2);
    await drop();
    await expect(sql`SELECT 1`).rejects.toThrow();
    await sql.end({ timeout: 0 });
  }
});

test("a failed preparation is reported and can be repeated", async () => {
  const failing = (): Promise<void> => Promise.reject(new Error("no migration"));
  await expect(createTestDatabase(failing, "failing")).rejects.toThrow("no migration");
  const { drop } = await createTestDatabase(async () => {}, "failing");
  await drop();
});
