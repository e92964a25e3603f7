import { type Command, Option } from "commander";
import { withProjects } from "./open.js";
import { duration, instant, print, shownSecret, table } from "./text.js";

/** Adds `rupt secret …`. */
export function secretCommands(program: Command): void {
  const secret = program.command("secret").description("rotate, list and revoke API secrets");

  secret
    .command("rotate")
    .argument("<project>", "name of the project")
    .addOption(
      new Option("--overlap <duration>", "how long the old secrets keep working")
        .default(86_400, "24h")
        .argParser(duration),
    )
    .description("make a new API secret; the old ones keep working for the overlap")
    .action((name: string, { overlap }: { overlap: number }) =>
      withProjects(async (projects) => {
        const made = await projects.rotate(name, overlap);
        print(`New API secret ${made.secretId} of "${name}":\n\n${shownSecret(made.secret)}`);
        print(`The old secrets work until ${instant(made.othersExpireAt)}.`);
      }),
    );

  secret
    .command("list")
    .argument("<project>", "name of the project")
    .description("list the secrets that work, newest first; never the secrets themselves")
    .action((name: string) =>
      withProjects(async (projects) => {
        const rows = (await projects.secrets(name)).map(({ secretId, createdAt, expiresAt }) => [
          secretId,
          instant(createdAt),
          expiresAt === undefined ? "never" : instant(expiresAt),
        ]);
        print(table([["ID", "CREATED", "ENDS"], ...rows]));
      }),
    );

  secret
    .command("revoke")
    .argument("<project>", "name of the project")
    .argument("<id>", "id of the secret, as `secret list` shows it")
    .description("stop a secret; servers follow within a second")
    .action((name: string, id: string) =>
      withProjects(async (projects) => {
        await projects.revoke(name, id);
        print(`Secret ${id} of "${name}" no longer works.`);
      }),
    );
}
