import { existsSync, readFileSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { delimiter, join } from "node:path";
import type { Program } from "./conformance.js";
import { javascript } from "./javascript.js";
import { mustRun, run } from "./run.js";

/** One test of a client's own suite. */
export interface OwnTest {
  readonly name: string;
  /** What went wrong; absent: it passed. */
  readonly problem?: string;
}

/** A client over one protocol. */
export interface Speaker {
  /** Such as `gRPC`. */
  readonly protocol: string;
  readonly program: Program;
  /** What the client has methods for: every RPC, or those of a login. */
  readonly offers: "everything" | "the flow";
  /** Whether it can be asked to read the wire fixtures. */
  readonly readsWire: boolean;
  /** Whether its language has google's protos in a package of their own. */
  readonly hasGoogleFiles: boolean;
}

/** A language, or a runtime of one, with a client in `clients/`. */
export interface Language {
  readonly name: string;
  /** What is missing on this machine, or undefined. */
  missing(): Promise<string | undefined>;
  /** Generates the stubs, builds the client and answers how to put questions to it, over each of its protocols. */
  build(): Promise<readonly Speaker[]>;
  /** Runs the client's own tests against the live servers that `env` names. */
  test(env: Readonly<Record<string, string>>): Promise<readonly OwnTest[]>;
}

/** Generated stubs over gRPC. */
const overGrpc = (program: Program): readonly Speaker[] => [
  { protocol: "gRPC", program, offers: "everything", readsWire: true, hasGoogleFiles: true },
];

const root = new URL("../../", import.meta.url).pathname;
const folderOf = (language: string) => join(root, "clients", language);
const withBuf = (...before: string[]) => ({
  PATH: [...before, join(root, "node_modules/.bin"), process.env.PATH].join(delimiter),
});

/** Whether a program answers a version of at least `major.minor`. */
async function lacks(command: string, args: readonly string[], major: number, minor: number) {
  const { exitCode, stdout, stderr } = await run(command, args);
  if (exitCode !== 0) return `${command} is not installed`;
  const [, found, foundMinor] = /(\d+)\.(\d+)/.exec(stdout + stderr) ?? [];
  if (Number(found) > major || (Number(found) === major && Number(foundMinor) >= minor)) return undefined;
  return `${command} ${found}.${foundMinor} is older than ${major}.${minor}`;
}

const python: Language = {
  name: "Python",
  missing: () => lacks("python3", ["--version"], 3, 10),
  async build() {
    const cwd = folderOf("python");
    const bin = join(cwd, ".venv/bin");
    if (!existsSync(join(bin, "pip"))) await mustRun("python3", ["-m", "venv", ".venv"], { cwd });
    await mustRun(join(bin, "pip"), ["install", "--quiet", "--editable", ".[generate]"], { cwd });
    await mustRun("./generate.sh", [], { cwd, env: withBuf(bin) });
    return overGrpc({ command: join(bin, "python"), args: ["test/conformance.py"], cwd, env: {} });
  },
  async test(env) {
    const cwd = folderOf("python");
    const { exitCode, stderr } = await run(".venv/bin/python", "-m unittest discover -v -s test".split(" "), {
      cwd,
      env: { ...env, GRPC_VERBOSITY: "NONE" },
    });
    const tests = [...stderr.matchAll(/^(test_\w+) \(\w+\.(\w+)\.\w+\) \.\.\. (\w+)/gm)].map(
      ([, name = "", group = "", result]): OwnTest => ({
        name: `${group}: ${name.replaceAll("_", " ")}`,
        ...(result === "ok" ? {} : { problem: stderr }),
      }),
    );
    const told = tests.some(({ problem }) => problem !== undefined);
    return exitCode === 0 || told ? tests : [...tests, { name: "the suite", problem: stderr }];
  },
};

const go: Language = {
  name: "Go",
  // From 1.21 on, go fetches the version that go.mod names.
  missing: () => lacks("go", ["version"], 1, 21),
  async build() {
    const cwd = folderOf("go");
    await mustRun("go", ["generate", "."], { cwd, env: withBuf() });
    await mustRun("go", ["vet", "./..."], { cwd });
    const command = join(root, "node_modules/.cache/rupt-clients/conformance-go");
    await mustRun("go", ["build", "-o", command, "./internal/conformance"], { cwd });
    return overGrpc({ command, args: [], cwd, env: {} });
  },
  async test(env) {
    const { stdout, stderr, exitCode } = await run("go", ["test", "-count=1", "-json", "./..."], {
      cwd: folderOf("go"),
      env,
    });
    const events = stdout.split("\n").flatMap((line): Record<string, string>[] => {
      return line.startsWith("{") ? [JSON.parse(line)] : [];
    });
    const ended = events.filter(
      ({ Action, Test }) => Test !== undefined && /^(pass|fail)$/.test(Action ?? ""),
    );
    const outputOf = (test: string | undefined) =>
      events.flatMap(({ Test, Output }) => (Test === test ? [Output] : [])).join("");
    const tests = ended.map(
      ({ Test = "", Action }): OwnTest => ({
        name: Test,
        ...(Action === "pass" ? {} : { problem: outputOf(Test) }),
      }),
    );
    const told = tests.some(({ problem }) => problem !== undefined);
    return exitCode === 0 || told ? tests : [...tests, { name: "the suite", problem: stdout + stderr }];
  },
};

const java: Language = {
  name: "Java",
  async missing() {
    return (await lacks("javac", ["-version"], 17, 0)) ?? (await lacks("mvn", ["--version"], 3, 6));
  },
  async build() {
    const cwd = folderOf("java");
    await mustRun("mvn", ["-B", "-q", "test-compile"], { cwd, env: withBuf() });
    const libraries = readFileSync(join(cwd, "target/test-classpath"), "utf8");
    const classpath = ["target/classes", "target/test-classes", libraries].join(delimiter);
    return overGrpc({ command: "java", args: ["-cp", classpath, "com.rupt.Conformance"], cwd, env: {} });
  },
  async test(env) {
    const cwd = folderOf("java");
    const reports = join(cwd, "target/surefire-reports");
    await rm(reports, { recursive: true, force: true });
    const { exitCode, stdout } = await run("mvn", ["-B", "-q", "test"], {
      cwd,
      env: { ...withBuf(), ...env },
    });
    const files = existsSync(reports) ? await readdir(reports) : [];
    const xml = await Promise.all(
      files.filter((file) => file.endsWith(".xml")).map((file) => readFile(join(reports, file), "utf8")),
    );
    const cases = [...xml.join("").matchAll(/<testcase name="([^"]*)"[^>]*?(?:\/>|>(.*?)<\/testcase>)/gs)];
    const tests = cases.map(
      ([, name = "", inside = ""]): OwnTest => ({
        name,
        ...(/<(failure|error)/.test(inside) ? { problem: inside } : {}),
      }),
    );
    const told = tests.some(({ problem }) => problem !== undefined);
    return exitCode === 0 || told ? tests : [...tests, { name: "the suite", problem: stdout }];
  },
};

/** The languages, in the order of the table. */
export const languages: readonly Language[] = [...javascript, python, go, java];

const grpcurlVersion = "v1.9.4";

/** Where grpcurl is; installs it through Go's own registry where it is not there. */
export async function findGrpcurl(): Promise<string> {
  if ((await run("grpcurl", ["-version"])).exitCode === 0) return "grpcurl";
  const folder = join(root, `node_modules/.cache/rupt-clients/grpcurl-${grpcurlVersion}`);
  const command = join(folder, "grpcurl");
  if (!existsSync(command)) {
    await mustRun("go", ["install", `github.com/fullstorydev/grpcurl/cmd/grpcurl@${grpcurlVersion}`], {
      env: { GOBIN: folder, GOFLAGS: "-buildvcs=false" },
    });
  }
  return command;
}
