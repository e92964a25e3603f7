import { randomUUID } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Language, OwnTest, Speaker } from "./languages.js";
import { mustRun, type Ran, run } from "./run.js";

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

async function asTest(name: string, running: Promise<Ran>): Promise<OwnTest> {
  const { exitCode, stdout, stderr } = await running;
  return exitCode === 0 ? { name } : { name, problem: stdout + stderr };
}

/** Runs the example from home, from abroad, and without a user. */
async function example(
  command: string,
  start: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Ran> {
  const user = randomUUID();
  const email = `${user}@example.com`;
  const login = (...args: readonly string[]) =>
    run(command, [...start, "examples/login.mjs", ...args], {
      cwd,
      env,
      answer: { to: "Code sent to", type: () => codeFor(env.RUPT_INBOX ?? "", email) },
    });
  const runs = [
    { ran: await login(user, "laptop", "84.208.20.110", email), exitCode: 0, says: /^allow .*\nin\n$/s },
    { ran: await login(user, "phone", "8.8.8.8", email), exitCode: 0, says: /^challenge .*\bin\n$/s },
    { ran: await login(user, "phone", "8.8.8.8", email), exitCode: 0, says: /^allow \[\]\nin\n$/ },
    { ran: await login(), exitCode: 1, says: /^invalid_argument: invalid_field /m },
  ];
  const wrong = runs.find(({ ran, exitCode, says }) => {
    return ran.exitCode !== exitCode || !says.test(exitCode === 0 ? ran.stdout : ran.stderr);
  });
  return wrong === undefined ? { exitCode: 0, stdout: "", stderr: "" } : { ...wrong.ran, exitCode: 1 };
}

async function codeFor(inbox: string, contact: string): Promise<string> {
  const answer = await fetch(inbox, { headers: { accept: "application/json" } });
  const { data } = (await answer.json()) as { data: readonly { to: string; code?: string }[] };
  const code = data.find(({ to }) => to === contact)?.code;
  if (code === undefined) throw new Error(`no code arrived for ${contact}`);
  return code;
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
      return [
        await asTest(
          "the four calls, in plain JavaScript",
          run(command, [...runtime.args, "test/smoke.mjs"], { cwd, env }),
        ),
        await asTest("the example lets in once the code is right", example(command, runtime.args, env)),
      ];
    },
  };
}

/** `@ruptjs/core` in each runtime, the tests' own Node among them. */
export const javascript: readonly Language[] = runtimes.map(inRuntime);
