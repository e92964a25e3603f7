import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";

const here = fileURLToPath(new URL(".", import.meta.url));
const dist = join(here, "dist");
const require = createRequire(import.meta.url);
const run = promisify(execFile);

/**
 * Makes `dist`: the SDK and the generated code that it needs, as JavaScript with types. A file that would not change is not touched, and a
 * changed one is replaced in one step, so that whoever reads it meanwhile gets all of the old one or all of the new one.
 */
export default async function buildNode() {
  await mkdir(dist, { recursive: true });
  const draft = await mkdtemp(join(dist, ".draft-"));
  try {
    const tsc = join(require.resolve("typescript/package.json"), "..", "bin", "tsc");
    await run(process.execPath, [tsc, "-p", join(here, "tsconfig.build.json"), "--outDir", draft]);
    await writeWords(draft);
    await replaceAll(draft, dist);
  } catch (error) {
    throw error.stdout ? new Error(`tsc failed:\n${error.stdout}`) : error;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Writes the words of the generated enums out, so that `@ruptjs/core` alone, which needs no other package, has types that need none. */
async function writeWords(draft) {
  const path = join(draft, "clients/node/src/words.d.ts");
  const source = await readFile(path, "utf8");
  const enums = new Map();
  for (const [, names, module] of source.matchAll(/^import type \{([^}]+)\} from "([^"]+)";$/gm)) {
    const values = await import(pathToFileURL(join(dirname(path), module)).href);
    for (const [, name, alias] of names.matchAll(/(\w+) as (\w+)/g)) enums.set(alias, values[name]);
  }
  const words = source
    .replace(/^import type .*\n/gm, "")
    .replace(/^\/\*\*[^\n]*\*\/\ntype WordsOf.*\n/m, "")
    .replace(/WordsOf<typeof (\w+)>/g, (_, alias) => unionOf(enums.get(alias)));
  if (/import|WordsOf/.test(words)) throw new Error("words.ts is not as clients/node/build.mjs expects it");
  await writeFile(path, words);
}

function unionOf(values) {
  return Object.keys(values)
    .filter((name) => !/^\d+$/.test(name) && name !== "UNSPECIFIED")
    .map((name) => `"${name.toLowerCase()}"`)
    .join(" | ");
}

async function filesIn(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(folder.length + 1));
}

async function replaceAll(from, to) {
  const made = new Set(await filesIn(from));
  for (const name of made) {
    const text = await readFile(join(from, name));
    const old = await readFile(join(to, name)).catch(() => undefined);
    if (old?.equals(text)) continue;
    await mkdir(dirname(join(to, name)), { recursive: true });
    await rename(join(from, name), join(to, name));
  }
  const stale = (await filesIn(to)).filter((name) => !made.has(name) && !name.startsWith(".draft-"));
  for (const name of stale) await rm(join(to, name), { force: true });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await buildNode();
}
