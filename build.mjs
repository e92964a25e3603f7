// Builds what is run from JavaScript: the server and its command line (esbuild), and the clients (each by its own rules).
// `node build.mjs` builds all, `node build.mjs server` only what `npm start` needs, `node build.mjs bench` that and the benches: bench/NAME/main.ts
// becomes dist/bench/NAME.js.
import { existsSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { build } from "esbuild";

const only = process.argv[2];
const startedAt = new Date();

/** See docs/decisions/0023-statements-die-young.md. An upgrade of the package that changes these lines fails the build. */
const statementsDieYoung = {
  name: "statements-die-young",
  setup({ onLoad, onEnd }) {
    let found = false;
    onEnd(() => {
      if (!found) throw new Error("the package postgres has its queries in another file now");
    });
    onLoad({ filter: /[\\/]postgres[\\/]src[\\/]query\.js$/ }, async ({ path }) => {
      let contents = await readFile(path, "utf8");
      for (const name of ["resolve", "reject"]) {
        const assigned = `this.${name} = x => (this.active = false, ${name}(x))`;
        if (!contents.includes(assigned)) throw new Error(`${path} has no "${assigned}"`);
        const settle = `const ${name}Once = x => (this.active = false, ${name}(x))`;
        contents = contents.replace(assigned, `${settle}; this.${name} = ${name}Once`);
      }
      found = true;
      return { contents };
    });
  },
};

await build({
  entryPoints: {
    main: "server/main.ts",
    rupt: "server/rupt.ts",
    ...(only === "bench"
      ? Object.fromEntries(readdirSync("bench").map((name) => [`bench/${name}`, `bench/${name}/main.ts`]))
      : {}),
  },
  outdir: "dist",
  bundle: true,
  // Packages come along: finding and reading their files is half of what a start costs. Not those that load files from beside their own.
  external: ["@grpc/*", "grpc-health-check", "playwright-core"],
  // Where a package exists as ES modules, only what is used of it.
  mainFields: ["module", "main"],
  plugins: [statementsDieYoung],
  // For packages that are CommonJS.
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
  },
  platform: "node",
  target: "node20",
  format: "esm",
  splitting: true,
  chunkNames: "chunks/[hash]",
  sourcemap: true,
  logLevel: "warning",
});

// The server serves this page itself.
await (await import("./clients/challenge-page/build.mjs")).default();

if (only === undefined || only === "bench") {
  const { buildBrowser } = await import("./clients/browser/build.mjs");
  await buildBrowser();
}
if (only === undefined) {
  for (const client of ["node", "demo"]) {
    const script = `./clients/${client}/build.mjs`;
    if (existsSync(script)) await (await import(script)).default();
  }
  // For tests, which build anew only when a source is newer than this.
  writeFileSync("dist/.built", "");
  utimesSync("dist/.built", startedAt, startedAt);
}
