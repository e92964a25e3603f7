import { type Command, Option } from "commander";
import { withProjects } from "./open.js";
import { duration, instant, print, table } from "./text.js";

/** Adds `rupt client …`. */
export function clientCommands(program: Command): void {
  const client = program
    .command("client")
    .description("show and rotate public client ids, which browsers call with");

  client
    .command("show")
    .argument("<project>", "name of the project")
    .description("show the public client ids that work, newest first")
    .action((name: string) =>
      withProjects(async (projects) => {
        const rows = (await projects.publicClients(name)).map(({ clientId, createdAt, expiresAt }) => [
          clientId,
          instant(createdAt),
          expiresAt === undefined ? "never" : instant(expiresAt),
        ]);
        print(
          rows.length === 0
            ? `"${name}" has no public client id yet. See: npm run rupt -- client rotate ${name}`
            : table([["CLIENT ID", "CREATED", "ENDS"], ...rows]),
        );
      }),
    );

  client
    .command("rotate")
    .argument("<project>", "name of the project")
    .addOption(
      new Option("--overlap <duration>", "how long the old ids keep working")
        .default(86_400, "24h")
        .argParser(duration),
    )
    .description("make a public client id; old ones keep working for the overlap")
    .action((name: string, { overlap }: { overlap: number }) =>
      withProjects(async (projects) => {
        const { clientId } = await projects.rotatePublicClient(name, overlap);
        print(`Public client id of "${name}", for its web pages; it is no secret:\n\n  ${clientId}`);
      }),
    );
}
