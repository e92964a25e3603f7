import { existsSync, readdirSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Language, OwnTest, Speaker } from "./languages.js";
import { mustRun, run } from "./run.js";

const root = new URL("../../", import.meta.url).pathname;
const cwd = join(root, "clients/node");

/** A JavaScript runtime as npm has it for this platform: a package that holds the program itself and needs no install script. */
interface Runtime {
  readonly name: string;
  /** `name@version` */
  readonly package: string;
  /** Where the program lies within `node_modules`. */
  readonly program: RegExp;
  /** What stands before the file to run. */
  readonly args: readonly string[];
}

const platform = `${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
const nodeOf = (version: string): Runtime => ({
  name: `Node ${version.split(".")[0]}`,
  package: `node-${platform}@${version}`,
  program: /^node-[^/]+\/bin\/node(?:\.exe)?$/,
  args: [],
});

const runtimes: readonly Runtime[] = [
  ...["20.20.2", "22.23.3", "24.21.0"].map(nodeOf),
  { name: "Bun", package: "bun@1.4.5", program: /^@oven\/[^/]+\/bin\/bun(?:\.exe)?$/, args: [] },
  {
    name: "Deno",
    package: "deno@2.9.6",
    program: /^@deno\/[^/]+\/deno(?:\.exe)?$/,
    args: ["run", "--allow-all", "--no-lock", "--quiet"],
  },
];

const ownNode = `Node ${process.versions.node.split(".")[0]}`;

/** Where a runtime's program is; installs it from npm where it is not there. Throws what npm says where it cannot be had. */
async function programOf(runtime: Runtime): Promise<string> {
  if (runtime.name === ownNode) return process.execPath;
  const folder = join(root, "node_modules/.cache/rupt-clients", runtime.package.replace(/\W+/g, "-"));
  const modules = join(folder, "node_modules");
  const find = () =>
    existsSync(modules)
      ? readdirSync(modules, { recursive: true, encoding: "utf8" }).find((path) => runtime.program.test(path))
      : undefined;
  if (find() === undefined) {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "package.json"), '{ "private": true }\n');
    const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-save", "--loglevel=error"];
    await mustRun("npm", ["install", ...options, runtime.package], { cwd: folder });
  }
  const path = find();
  if (path === undefined) throw new Error(`${runtime.package} holds no program for ${platform}`);
  return join(modules, path);
}

const protocols = { rest: "REST", grpc: "gRPC", connect: "Connect" } as const;

/** The package `@ruptjs/core`, as built, in one runtime. */
function inRuntime(runtime: Runtime): Language {
  let command = "";
  return {
    name: runtime.name,
    async missing() {
      try {
        command = await programOf(runtime);
      } catch (error) {
        return `cannot be installed: ${String(error).split("\n").slice(-2).join(" ")}`;
      }
      const { exitCode, stderr } = await run(command, ["--version"]);
      return exitCode === 0 ? undefined : `does not run: ${stderr.slice(0, 200)}`;
    },
    build: async () =>
      Object.entries(protocols).map(
        ([word, protocol]): Speaker => ({
          protocol,
          program: { command, args: [...runtime.args, "test/conformance.mjs", word], cwd, env: {} },
          offers: word === "rest" ? "the flow" : "everything",
          // Connect's messages are protobuf-es; ts-proto's are read in test/wire.
          readsWire: word === "connect",
          hasGoogleFiles: false,
        }),
      ),
    async test(env): Promise<readonly OwnTest[]> {
      const name = "the four calls, in plain JavaScript";
      const { exitCode, stdout, stderr } = await run(command, [...runtime.args, "test/smoke.mjs"], {
        cwd,
        env,
      });
      return exitCode === 0 ? [{ name }] : [{ name, problem: stdout + stderr }];
    },
  };
}

/** `@ruptjs/core` in each runtime, the tests' own Node among them. */
export const javascript: readonly Language[] = runtimes.map(inRuntime);
