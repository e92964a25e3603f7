import { createHash } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { descriptorsReadInTheBuild, importText, withoutJsonFormat } from "./lean.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const dist = join(here, "dist");

/**
 * Makes `dist`: one HTML file per language, each with script and style in it, so that the page is one request, and `page.json`, which lists the
 * languages and holds the hashes by which a content security policy lets exactly this script and this style run.
 */
export default async function buildChallengePage() {
  await mkdir(dist, { recursive: true });
  const banner = { js: await notice() };
  const plugins = [descriptorsReadInTheBuild, withoutJsonFormat];
  const target = ["chrome88", "firefox89", "safari14.1"];
  const shared = { bundle: true, minify: true, write: false, absWorkingDir: here, legalComments: "none" };
  const [script, style, words] = await Promise.all([
    build({ ...shared, entryPoints: ["src/page.ts"], banner, plugins, format: "iife", target }),
    build({ ...shared, entryPoints: ["src/page.css"], target }),
    build({ ...shared, entryPoints: ["src/wordings.ts"], format: "esm", target: "node20" }),
  ]);
  const js = script.outputFiles[0].text.trim();
  const css = style.outputFiles[0].text.trim();
  if (/<\/(script|style)|<!--/i.test(js + css))
    throw new Error("script or style would end too early in HTML");
  // esbuild passes them on. One of them would keep Safari before 16.4 from running any of the script.
  if (/\(\?<[=!]/.test(js)) throw new Error("the script has a look-behind");
  const { wordings } = await importText(words.outputFiles[0].text);
  const languages = Object.keys(wordings);
  const manifest = { languages, script: sha256(js), style: sha256(css) };
  await Promise.all([
    ...languages.map((language) => replace(`${language}.html`, page(language, wordings[language], js, css))),
    replace("page.json", `${JSON.stringify(manifest, null, 2)}\n`),
  ]);
}

/** What is bundled, and its licences: that of Apache, and what Google's code in Protocol Buffers asks to be passed on. */
async function notice() {
  const names = ["@bufbuild/protobuf", "@connectrpc/connect", "@connectrpc/connect-web"];
  const root = join(here, "..", "..", "node_modules");
  const parts = await Promise.all(
    names.map(async (name) => {
      const { version, license } = JSON.parse(await readFile(join(root, name, "package.json"), "utf8"));
      return `${name} ${version} (${license})`;
    }),
  );
  const varint = await readFile(join(root, "@bufbuild/protobuf/dist/esm/wire/varint.js"), "utf8");
  const [google] = /^\/\/ Copyright 2008 Google Inc\.[\s\S]*?DAMAGE\.$/m.exec(varint) ?? [];
  if (google === undefined) throw new Error("varint.js has no licence to pass on");
  const licence = google.replace(/^\/\/ ?/gm, "").replace(/(\S)\n(?=[^\n*])/g, "$1 ");
  return `/*! Contains ${parts.join(", ")}; Apache-2.0: https://www.apache.org/licenses/LICENSE-2.0\n\n${licence}\n*/`;
}

function page(language, { direction, title, needsScript, loading }, js, css) {
  return `<!doctype html>
<html lang="${language}" dir="${direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${css}</style>
<script>${js}</script>
</head>
<body>
<main><h1>${title}</h1><p>${loading}</p><noscript><p>${needsScript}</p></noscript></main>
</body>
</html>
`;
}

/** A source expression of a content security policy. */
function sha256(text) {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

/** A file that would not change is not touched, and a changed one is replaced in one step, so that no reader sees half of it. */
async function replace(name, text) {
  const path = join(dist, name);
  if ((await readFile(path, "utf8").catch(() => undefined)) === text) return;
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, text);
  await rename(draft, path);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await buildChallengePage();
