import type { Command } from "commander";
import type { ImportOptions } from "./import-file.js";

/** Adds `rupt import`. */
export function importCommands(program: Command): void {
  program
    .command("import")
    .argument("<file>", "past logins, one JSON object a line (JSONL)")
    .option("--project <name>", "name of the project; not needed where there is only one")
    .option("--dry-run", "look the file through and learn nothing; needs no database")
    .option("--rejects <file>", "write the bad lines there, to be mended and imported")
    .description(
      "learn past logins, so that users are known from the first day on; a killed import goes on where it was",
    )
    .addHelpText(
      "after",
      `
A line has the fields that POST /v2/devices/evaluate takes; user and occurred_at are required:

  {"user": "u1", "occurred_at": "2026-05-04T07:31:00Z", "ip": "84.208.20.110",
   "user_agent": "Mozilla/5.0 …", "fingerprint": ["…"], "email": "ann@example.com"}

Lines may come in any order. Failed attempts ("outcome": "failed") teach nothing. See docs/import.md.`,
    )
    .action(async (path: string, options: ImportOptions) => {
      // It needs half of the server, which the other commands need not wait for.
      const { importFile } = await import("./import-file.js");
      await importFile(path, options);
    });
}
