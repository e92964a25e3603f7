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
  .addHelpText("after", ({ command }) => {
    const helper = command.createHelp();
    helper.prepareContext({ helpWidth: process.stdout.columns ?? 80 });
    const width = Math.max(...variables.map(({ name }) => name.length));
    const items = variables.map(({ name, meaning, default: value }) =>
      helper.formatItem(name, width, value === "" ? meaning : `${meaning} (default: ${value})`, helper),
    );
    return ["", "Environment:", ...items].join("\n");
  });

projectCommands(program);
clientCommands(program);
secretCommands(program);
policyCommands(program);
listCommands(program);
replayCommands(program);
importCommands(program);
keysCommands(program);

/** Whoever mistypes a command is told where its arguments are explained. */
function pointToHelp(command: Command, path: string): void {
  command.showHelpAfterError(`See: npm run rupt -- ${path}--help`);
  for (const child of command.commands) pointToHelp(child, `${path}${child.name()} `);
}
pointToHelp(program, "");

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${faultText(error)}\n`);
  process.exitCode = 1;
}
