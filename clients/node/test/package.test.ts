import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { publint } from "publint";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer } from "../../../test/server/test-server.js";

const run = promisify(execFile);
const here = fileURLToPath(new URL("..", import.meta.url));
const require = createRequire(import.meta.url);
const tsc = join(dirname(require.resolve("typescript/package.json")), "bin", "tsc");
const root = join(here, "..", "..");

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "rupt-package-"));
  await writeFile(
    join(folder, "package.json"),
    JSON.stringify({ name: "consumer", private: true, type: "module" }),
  );
  const { stdout } = await run("npm", ["pack", here, "--json", "--pack-destination", folder], {
    cwd: folder,
  });
  const [{ filename }] = JSON.parse(stdout);
  // Offline: whatever the package needs must be in it.
  await run("npm", ["install", "--offline", "--no-audit", "--no-fund", `./${filename}`], { cwd: folder });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Makes packages of this repository's installation visible to the consumer. */
async function provide(...names: readonly string[]): Promise<void> {
  for (const name of names) {
    const link = join(folder, "node_modules", name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(join(root, "node_modules", name), link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
  }
}

async function compile(
  file: string,
  code: string,
  how: { readonly module: string; readonly moduleResolution?: string } = { module: "NodeNext" },
): Promise<void> {
  await writeFile(join(folder, file), code);
  const options = {
    compilerOptions: {
      target: "ES2022",
      ...how,
      lib: ["ES2023", "DOM"],
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      isolatedModules: true,
      verbatimModuleSyntax: true,
      skipLibCheck: false,
      types: ["node"],
    },
    files: [file],
  };
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify(options));
  await run(process.execPath, [tsc, "-p", folder]).catch((error: { stdout: string }) => {
    throw new Error(error.stdout);
  });
}

const snippet = `
import Rupt, { type EvaluateResponse, RuptError, type Verdict } from "@ruptjs/core";

const rupt = new Rupt(process.env.RUPT_SECRET ?? "", { baseUrl: process.env.RUPT_BASE_URL });
const res: EvaluateResponse = await rupt.evaluate({
  action: "login",
  user: "USER_ID",
  fingerprint: ["REQUEST_HASH"],
  ip: "84.208.20.110",
  email: "user@example.com",
  phone: "+4799999999",
  metadata: {
    key: "value",
  },
});
const { verdict, challenge_id } = res;
if (verdict === "challenge") {
  const sent = await rupt.sendChallengeCode(challenge_id);
  const { success } = await rupt.verifyChallengeCode(sent.challenge_id, "123456");
  if (success) await rupt.completeChallenge(challenge_id);
}
const word: Verdict = verdict;

const asking = new Rupt("secret", { onUnavailable: "challenge", baseUrl: "http://127.0.0.1:1", retries: 0 });
const answer = await asking.evaluate({ action: "login", user: "u" });
// @ts-expect-error no service, no challenge: its id may be missing
const id: string = answer.verdict === "challenge" ? answer.challenge_id : "";
// @ts-expect-error a verdict is one of five words
const never: Verdict = "maybe";
try {
  await rupt.getChallenge("no-id");
} catch (error) {
  if (!(error instanceof RuptError)) throw error;
  console.log(word, answer.verdict, id === undefined, never, error.reason);
}
`;

test("holds what it needs, and nothing else", async () => {
  const installed = join(folder, "node_modules", "@ruptjs", "core");
  const files = await readdir(installed, { recursive: true, withFileTypes: true });
  const names = files.filter((file) => file.isFile()).map((file) => file.name);
  expect(names.filter((name) => !/^(?:[\w-]+\.(?:js|d\.ts)|package\.json|README\.md)$/.test(name))).toEqual(
    [],
  );
  expect(names).toContain("README.md");
  expect(await readdir(join(folder, "node_modules"))).toEqual([".package-lock.json", "@ruptjs"]);
  const { dependencies } = JSON.parse(await readFile(join(installed, "package.json"), "utf8"));
  expect(dependencies).toBeUndefined();
});

test("is as packages are to be, by publint", async () => {
  const { messages } = await publint({
    pkgDir: join(folder, "node_modules", "@ruptjs", "core"),
    level: "suggestion",
    strict: true,
    pack: false,
  });
  expect(messages).toEqual([]);
});

// NodeNext is what the tests below compile with.
test("each entry is there for TypeScript with a bundler's resolution, and for JavaScript", async () => {
  await provide("@types/node", "@types/express", "@grpc", "@bufbuild", "@connectrpc", "express", "fastify");
  const installed = join(folder, "node_modules", "@ruptjs", "core", "package.json");
  const { exports } = JSON.parse(await readFile(installed, "utf8"));
  const entries = Object.keys(exports).filter((entry) => entry !== "./package.json");
  expect(entries).toEqual([".", "./express", "./fastify", "./grpc", "./connect"]);
  const names = entries.map((entry) => `@ruptjs/core${entry.slice(1)}`);
  const code = [
    ...names.map((name, index) => `import * as entry${index} from "${name}";`),
    `console.log(JSON.stringify([${names.map((_, index) => `Object.keys(entry${index}).length > 0`)}]));`,
  ];
  await compile("entries.ts", code.join("\n"), { module: "ESNext", moduleResolution: "Bundler" });
  const { stdout } = await run(process.execPath, ["entries.js"], { cwd: folder });
  expect(JSON.parse(stdout)).toEqual(names.map(() => true));
});

test("the REST client compiles strictly and runs without any other package", async () => {
  await provide("@types/node", "undici-types");
  await compile("rest.ts", snippet);
  const server = await startTestServer();
  try {
    const env = { ...process.env, RUPT_BASE_URL: server.baseUrl, RUPT_SECRET: server.secret };
    const { stdout } = await run(process.execPath, ["rest.js"], { cwd: folder, env });
    expect(stdout).toBe("allow challenge true maybe invalid_field\n");
  } finally {
    await server.stop();
  }
});

test("the generated clients and the middleware compile and run with their peers", async () => {
  await provide("@types/node", "@types/express", "@grpc", "@bufbuild", "@connectrpc", "express", "fastify");
  const code = `
import { createGrpcClients, EvaluateRequest, Verdict } from "@ruptjs/core/grpc";
import { createConnectClients, EvaluateRequestSchema, Reason } from "@ruptjs/core/connect";
import Rupt from "@ruptjs/core";
import { createLoginGuard as inExpress } from "@ruptjs/core/express";
import { createLoginGuard as inFastify, type Login } from "@ruptjs/core/fastify";

const { evaluations, close } = createGrpcClients("localhost:1", "secret", { tls: false });
const request: EvaluateRequest = EvaluateRequest.fromPartial({ action: "login", user: "u" });
const connect = createConnectClients("secret");
const rupt = new Rupt("secret", { onUnavailable: "deny" });
const started: Login[] = [];
const shared = { rupt, cookieSecret: "a-cookie-secret-of-32-characters" };
const express = inExpress({ ...shared, startSession: (_request, _response, login) => void started.push(login) });
const fastify = inFastify({ ...shared, startSession: (_request, _reply, login) => void started.push(login) });
console.log(typeof evaluations.evaluate, request.user, Verdict.VERDICT_DENY, Reason.NEW_IP, EvaluateRequestSchema.typeName);
console.log(typeof connect.challenges.sendChallenge, typeof express.router, typeof fastify.plugin);
close();
`;
  await compile("peers.ts", code);
  const { stdout } = await run(process.execPath, ["peers.js"], { cwd: folder });
  expect(stdout).toBe("function u 5 2 rupt.v2.EvaluateRequest\nfunction function function\n");
});
