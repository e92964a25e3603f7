import { Command } from "commander";
import { clientCommands } from "./cli/client.js";
import { importCommands } from "./cli/import.js";
import { keysCommands } from "./cli/keys.js";
import { listCommands } from "./cli/list.js";
import { policyCommands } from "./cli/policy.js";
import { projectCommands } from "./cli/project.js";
import { replayCommands } from "./cli/replay.js";
import { secretCommands } from "./cli/secret.js";
import { variables } from "./config.js";
import { faultText } from "./fault-text.js";

const program = new Command("rupt")
  .description(
    "Manages a Rupt database: projects, their API secrets and settings. Works beside a running server.",
  )
  .addHelpText(
    "after",
    `\nEnvironment:\n${variables.map(({ name, meaning, default: value }) => `  ${name.padEnd(20)} ${meaning}${value === "" ? "" : ` (default: ${value})`}`).join("\n")}`,
  );

projectCommands(program);
clientCommands(program);
secretCommands(program);
policyCommands(program);
listCommands(program);
replayCommands(program);
importCommands(program);
keysCommands(program);

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${faultText(error)}\n`);
  process.exitCode = 1;
}
