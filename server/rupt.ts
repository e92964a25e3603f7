import { Command } from "commander";
import { clientCommands } from "./cli/client.js";
import { importCommands } from "./cli/import.js";
import { keysCommands } from "./cli/keys.js";
import { listCommands } from "./cli/list.js";
import { policyCommands } from "./cli/policy.js";
import { projectCommands } from "./cli/project.js";
import { replayCommands } from "./cli/replay.js";
import { secretCommands } from "./cli/secret.js";
import { ConfigError, variables } from "./config.js";
import { GeoDatabaseError } from "./outbound/geo/open-geo.js";
import { OperatorError } from "./service/projects.js";
import { SchemaTooNewError } from "./store/postgres/migrate.js";

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
  const plain =
    error instanceof OperatorError ||
    error instanceof ConfigError ||
    error instanceof SchemaTooNewError ||
    error instanceof GeoDatabaseError;
  process.stderr.write(
    `${plain ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exitCode = 1;
}
