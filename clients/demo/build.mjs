import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));

/** Makes `dist`: `main.js`, the server, and `page`, what it serves. Both use the built SDKs, as any application would. */
export default async function buildDemo() {
  const shared = {
    absWorkingDir: here,
    bundle: true,
    format: "esm",
    logLevel: "warning",
    // Not the repository's own, which would put the SDKs' sources in place of what they publish.
    tsconfigRaw: {},
  };
  await mkdir(join(here, "dist/page"), { recursive: true });
  await Promise.all([
    build({
      ...shared,
      entryPoints: ["src/main.ts"],
      outfile: "dist/main.js",
      platform: "node",
      target: "node20",
      packages: "external",
    }),
    build({
      ...shared,
      entryPoints: ["src/page/page.ts"],
      outfile: "dist/page/page.js",
      target: "es2022",
      minify: true,
    }),
    ...["index.html", "style.css", "icon.svg"].map((file) =>
      copyFile(join(here, "src/page", file), join(here, "dist/page", file)),
    ),
  ]);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await buildDemo();
}
