import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { openProjects } from "./live-servers.js";
import { mustRun, run } from "./run.js";

const root = new URL("../../", import.meta.url).pathname;
const { servers } = inject("clients");

/** An empty folder into which npm has installed what we publish, and nothing of this repository. */
let folder: string;
let secret: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "rupt-stranger-"));
  const projects = await openProjects(servers.dataDir);
  secret = await projects.secretOf("stranger");
  await projects.close();
  const packed: string[] = [];
  for (const client of ["node", "browser"]) {
    const [{ filename }] = JSON.parse(
      await mustRun("npm", ["pack", join(root, "clients", client), "--json", "--pack-destination", folder], {
        cwd: folder,
      }),
    );
    packed.push(`./${filename}`);
  }
  await writeFile(join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
  const options = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
  await mustRun("npm", ["install", ...options, ...packed, "express@4.22.3"], { cwd: folder });
}, 240_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("as a stranger", () => {
  describe("Express 4", () => {
    test("is what is installed", async () => {
      const { version } = JSON.parse(
        await readFile(join(folder, "node_modules/express/package.json"), "utf8"),
      );
      expect(version).toMatch(/^4\./);
    });

    test("a guarded login: known, held, wrong code, right code, used code", async () => {
      await cp(new URL("stranger-app.mjs", import.meta.url), join(folder, "app.mjs"));
      const env = { RUPT_SECRET: secret, RUPT_BASE_URL: servers.plaintext.baseUrl };
      const { stdout, stderr, exitCode } = await run(process.execPath, ["app.mjs"], { cwd: folder, env });
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
      expect(JSON.parse(stdout)).toEqual({
        answers: ["signed_in", "challenge", "sent", "wrong_code", "signed_in", "ended", "ended", "refused"],
        sessions: [false, true],
      });
    });
  });
});
