// Fails when gen/ is not what buf generates from proto/ today.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folder = mkdtempSync(join(tmpdir(), "rupt-gen-"));
try {
  execFileSync("buf", ["generate", "-o", folder], { stdio: "inherit" });
  execFileSync("diff", ["-r", "gen", join(folder, "gen")], { stdio: "inherit" });
  console.log("gen/ is current");
} catch {
  console.error("gen/ is stale, or buf generate failed: run `npm run generate` and commit gen/");
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
