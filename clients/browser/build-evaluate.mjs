import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const require = createRequire(import.meta.url);
const run = promisify(execFile);

/**
 * The entry `rupt/evaluate` as the texts of `evaluate.js` and `evaluate.d.ts`. It imports `index.js` and the Connect packages of the page: there must
 * be one of each.
 */
export async function evaluateEntry(dist) {
  const [{ outputFiles }, types] = await Promise.all([
    build({
      entryPoints: ["src/evaluate.ts"],
      bundle: true,
      write: false,
      format: "esm",
      target: "es2020",
      packages: "external",
      external: ["./index.js"],
      absWorkingDir: here,
    }),
    declarations(dist),
  ]);
  return { "evaluate.js": outputFiles[0].text, "evaluate.d.ts": types };
}

async function declarations(dist) {
  const out = await mkdtemp(join(dist, ".types-"));
  try {
    const tsc = join(require.resolve("typescript/package.json"), "..", "bin", "tsc");
    await run(process.execPath, [tsc, "-p", join(here, "tsconfig.evaluate.json"), "--outDir", out]);
    const types = await readFile(join(out, "clients/browser/src/evaluate.d.ts"), "utf8");
    if (/\bfrom "\./.test(types))
      throw new Error("evaluate.d.ts refers to another file, which is not published");
    return types;
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}
