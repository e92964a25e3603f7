import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { mustRun } from "./run.js";

const root = new URL("../../", import.meta.url).pathname;
/** Maven fetches it for the Java client; it holds the generators of these languages, too. */
const protoc = join(root, "clients/java/target/protoc/protoc");
const hasJava = inject("clients").languages.some(({ name }) => name === "Java");

let out: string;
beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), "rupt-generated-"));
});
afterAll(() => rm(out, { recursive: true, force: true }));

describe.runIf(hasJava)("generated under the documented names", () => {
  test("protoc is where Maven puts it", () => expect(existsSync(protoc)).toBe(true));

  describe.each([
    { language: "csharp", file: "EvaluationService.cs", word: "namespace Rupt.V2 {" },
    { language: "php", file: "Rupt/V2/EvaluateRequest.php", word: "namespace Rupt\\V2;" },
    { language: "ruby", file: "rupt/v2/evaluation_service_pb.rb", word: "module Rupt\n  module V2" },
  ])("$language", ({ language, file, word }) => {
    test("by buf", async () => {
      const folder = join(out, language);
      const plugin = { protoc_builtin: language, protoc_path: protoc, out: folder };
      const inputs = [{ directory: ".", paths: ["proto/rupt"] }];
      const template = JSON.stringify({ version: "v2", plugins: [plugin], inputs });
      await mustRun("buf", ["generate", "--template", template], { cwd: root });
      expect(await readFile(join(folder, file), "utf8")).toContain(word);
      expect(JSON.stringify(await readdir(folder, { recursive: true }))).not.toContain("google");
    });
  });
});
