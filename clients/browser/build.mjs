import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { evaluateEntry } from "./build-evaluate.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const dist = join(here, "dist");
const require = createRequire(import.meta.url);
const run = promisify(execFile);

/**
 * Makes `dist`: `index.js` (ESM) and `rupt.js`, the script with the global `Rupt`, both of which hold fingerprintjs;
 * `react.js`, which imports `index.js`; `connect.js` with the generated client; and their types. A file that would not change is not touched, and a changed one is replaced in one step, so that
 * whoever reads it meanwhile gets all of the old one or all of the new one.
 */
export async function buildBrowser() {
  await mkdir(dist, { recursive: true });
  const evaluate = await evaluateEntry(dist);
  for (const [name, text] of Object.entries(evaluate)) await replace(name, text);
  const banner = { js: await notice() };
  const shared = {
    bundle: true,
    write: false,
    target: "es2020",
    banner,
    plugins: [onlyUsedSources],
    absWorkingDir: here,
  };
  // What these import is the page's own: `packages` are its dependencies, and of getHash there must be one.
  const thin = { ...shared, format: "esm", packages: "external", external: ["./index.js"] };
  const [esm, script, react, connect, types] = await Promise.all([
    build({ ...shared, entryPoints: ["src/index.ts"], format: "esm" }),
    build({ ...shared, entryPoints: ["src/script.ts"], format: "iife", globalName: "Rupt", minify: true }),
    build({ ...thin, entryPoints: ["src/react.ts"], banner: { js: '"use client";' } }),
    build({ ...thin, entryPoints: ["src/connect.ts"], banner: {} }),
    declarations(),
  ]);
  await Promise.all([
    replace("index.js", esm.outputFiles[0].text),
    replace("rupt.js", script.outputFiles[0].text),
    replace("react.js", react.outputFiles[0].text),
    replace("connect.js", connect.outputFiles[0].text),
    ...Object.entries(types).map(([name, text]) => replace(name, text)),
  ]);
}

/**
 * Takes the rows of fingerprintjs' table that we do not read out of the bundle, and with them their code: a third of
 * the script, among it what writes a cookie and the list of advertisement blockers.
 */
const onlyUsedSources = {
  name: "only-used-sources",
  setup(builder) {
    builder.onLoad(
      { filter: /[\\/]@fingerprintjs[\\/]fingerprintjs[\\/]dist[\\/]fp\.esm\.js$/ },
      async ({ path }) => {
        const text = await readFile(path, "utf8");
        const table = /^const sources = \{$[^}]*^\};$/m;
        const rows = text.match(table)?.[0];
        if (rows === undefined) {
          throw new Error(
            "fingerprintjs' table of sources is not where it was: adapt clients/browser/build.mjs",
          );
        }
        const used = await usedSources();
        const kept = rows.replace(/^ {4}(\w+): \w+,$\n/gm, (row, name) => (used.delete(name) ? row : ""));
        if (used.size > 0) {
          throw new Error(`fingerprintjs has no source named ${[...used].join(", ")}`);
        }
        return { contents: text.replace(table, () => kept), loader: "js" };
      },
    );
  },
};

async function usedSources() {
  const files = (await readdir(join(here, "src"), { recursive: true })).filter((file) =>
    /(?<!\.test)\.ts$/.test(file),
  );
  const texts = await Promise.all(files.map((file) => readFile(join(here, "src", file), "utf8")));
  return new Set(
    texts.flatMap((text) => [...text.matchAll(/\bfingerprintjs\.(\w+)/g)].map(([, name]) => name)),
  );
}

/** The types by their names in `dist`: one file for each entry, and in `gen` those of the generated code for `connect`. */
async function declarations() {
  const out = await mkdtemp(join(dist, ".types-"));
  try {
    const tsc = join(require.resolve("typescript/package.json"), "..", "bin", "tsc");
    await run(process.execPath, [tsc, "-p", join(here, "tsconfig.build.json"), "--outDir", out]);
    const made = (await readdir(out, { recursive: true })).filter((name) => name.endsWith(".d.ts"));
    const texts = await Promise.all(
      made.map(async (name) => [name.replaceAll("\\", "/"), await readFile(join(out, name), "utf8")]),
    );
    const entry = (name) => texts.find(([path]) => path === `clients/browser/src/${name}`)[1];
    const types = {
      "index.d.ts": entry("index.d.ts"),
      "react.d.ts": entry("react.d.ts"),
      "connect.d.ts": entry("connect.d.ts").replaceAll('"../../../gen/', '"./gen/'),
      ...Object.fromEntries(texts.filter(([path]) => path.startsWith("gen/"))),
    };
    for (const name of ["index.d.ts", "react.d.ts", "connect.d.ts"]) {
      if (/\bfrom "\.(?!\/gen\/)/.test(types[name])) {
        throw new Error(`${name} refers to another file, which is not published`);
      }
    }
    return types;
  } catch (error) {
    throw error.stdout ? new Error(`tsc failed:\n${error.stdout}`) : error;
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}

async function notice() {
  const { version } = JSON.parse(await readFile(join(here, "package.json"), "utf8"));
  const bundled = require.resolve("@fingerprintjs/fingerprintjs/package.json");
  const { version: bundledVersion } = JSON.parse(await readFile(bundled, "utf8"));
  const licence = await readFile(join(bundled, "..", "LICENSE"), "utf8");
  return `/*! rupt ${version}, Apache-2.0. Contains parts of FingerprintJS ${bundledVersion}:\n${licence.trim()}\n*/`;
}

async function replace(name, text) {
  const path = join(dist, name);
  await mkdir(dirname(path), { recursive: true });
  if ((await readFile(path, "utf8").catch(() => undefined)) === text) {
    return;
  }
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, text);
  await rename(draft, path);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await buildBrowser();
}
