import { randomBytes } from "node:crypto";
import { chmod, link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * The master keys that lie in a folder: one a line, newest first. Makes the file with one fresh key where there is none; of several
 * processes that do so at once, one makes it and all read the same.
 */
export async function readMasterKeyFile(folder: string): Promise<readonly string[]> {
  const path = join(folder, "master.key");
  const read = async () => (await readFile(path, "utf8")).split("\n").filter((line) => line.trim() !== "");
  try {
    return await read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  await mkdir(folder, { recursive: true });
  const fresh = `${path}.${randomBytes(6).toString("hex")}`;
  await writeFile(fresh, `${randomBytes(32).toString("base64url")}\n`, { mode: 0o600, flush: true });
  await chmod(fresh, 0o600);
  try {
    // A link to an existing name fails, so whoever comes second takes the first one's key.
    await link(fresh, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    await rm(fresh, { force: true });
  }
  return read();
}
