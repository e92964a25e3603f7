import { execFileSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** What `build.mjs` is made of and reads. */
const sources = [
  "build.mjs",
  "package-lock.json",
  "gen",
  "server",
  ...["browser", "challenge-page", "demo", "node"].flatMap((client) => [
    `clients/${client}/build.mjs`,
    `clients/${client}/src`,
  ]),
  "clients/browser/build-evaluate.mjs",
  "clients/challenge-page/lean.mjs",
];

/** When the path, or anything below it that is no test, was last changed; milliseconds since 1970. A folder changes when a file goes. */
function changedAt(path: string): number {
  const found = statSync(path);
  if (!found.isDirectory()) return path.endsWith(".test.ts") ? 0 : found.mtimeMs;
  return Math.max(found.mtimeMs, ...readdirSync(path).map((name) => changedAt(join(path, name))));
}

/**
 * vitest's global set-up: builds all programs and pages once, where a source is newer than the last build. Tests take what they find in
 * the `dist` folders and never build there themselves: another would just be reading it.
 */
export default function setup(): void {
  const builtAt = statSync(join(root, "dist/.built"), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (sources.every((path) => changedAt(join(root, path)) < builtAt)) return;
  execFileSync(process.execPath, ["build.mjs"], { cwd: root, stdio: "inherit" });
}
