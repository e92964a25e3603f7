import { chmod, lstat, readFile, stat, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join, resolve } from "node:path";
import { EmbeddedPostgresError, useYourOwn } from "./embedded-postgres-error.js";

/** Absolute paths of the PostgreSQL programs. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * Finds the programs that npm installed for this platform and makes them usable: executable, and with the links
 * between shared libraries that an npm package cannot carry and its install script normally makes.
 *
 * `folder` replaces the installed package by a copy of its `native` folder.
 * Throws EmbeddedPostgresError when the platform has no package or the links cannot be made.
 */
export async function findBinaries(folder?: string): Promise<Binaries> {
  const native = folder === undefined ? installedFolder() : resolve(folder);
  await linkLibraries(native);
  const initdb = join(native, "bin", "initdb");
  const postgres = join(native, "bin", "postgres");
  await makeExecutable(initdb);
  await makeExecutable(postgres);
  return { initdb, postgres };
}

/** Asks from embedded-postgres's own place, so that a package manager that does not hoist works too. */
function installedFolder(): string {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const parent = createRequire(import.meta.url).resolve("embedded-postgres");
    const entry = createRequire(parent).resolve(name);
    return resolve(dirname(entry), "..", "native");
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `the package ${name}, which brings PostgreSQL for this platform, is not installed: ` +
        `run npm install without --omit=optional if the package exists, ${useYourOwn}`,
      { cause },
    );
  }
}

interface Link {
  readonly source: string;
  readonly target: string;
}

function isLink(value: unknown): value is Link {
  return (
    typeof value === "object" &&
    value !== null &&
    "source" in value &&
    "target" in value &&
    typeof value.source === "string" &&
    typeof value.target === "string"
  );
}

async function linkLibraries(native: string): Promise<void> {
  for (const { source, target } of await listedLinks(native)) {
    const path = join(dirname(native), target);
    if (await exists(path)) continue;
    try {
      await symlink(basename(source), path);
    } catch (cause) {
      if (await exists(path)) continue;
      throw new EmbeddedPostgresError(
        `cannot make the library link ${path}: run npm install with install scripts as the owner of ` +
          `node_modules, ${useYourOwn}`,
        { cause },
      );
    }
  }
}

/** The links the package asks for; each lies beside its source. Empty on platforms that need none. */
async function listedLinks(native: string): Promise<readonly Link[]> {
  const text = await readFile(join(native, "pg-symlinks.json"), "utf8").catch(() => "[]");
  const list: unknown = JSON.parse(text);
  return Array.isArray(list) ? list.filter(isLink) : [];
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

async function makeExecutable(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) {
    throw new EmbeddedPostgresError(`${path} is missing: run npm install again, ${useYourOwn}`);
  }
  if ((found.mode & 0o100) === 0) await chmod(path, 0o755);
}
