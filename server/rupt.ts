import { Command, InvalidArgumentError, Option } from "commander";
import { challengeLimits, limitsOf } from "./challenge/limits.js";
import { ConfigError, readConfig, variables } from "./config.js";
import { type Foundation, openFoundation } from "./foundation.js";
import { openLog } from "./log.js";
import { OperatorError, type Projects } from "./service/projects.js";
import { SchemaTooNewError } from "./store/postgres/migrate.js";

const print = (text: string) => process.stdout.write(`${text}\n`);

/** Opens the foundation for one command, and closes it whatever happens. */
async function withFoundation(run: (foundation: Foundation) => Promise<void>): Promise<void> {
  const config = readConfig(process.env);
  const foundation = await openFoundation(config, openLog("warn", config.logFormat));
  try {
    await run(foundation);
  } finally {
    await foundation.close();
  }
}

const withProjects = (run: (projects: Projects) => Promise<void>) =>
  withFoundation(({ projects }) => run(projects));

/** `24h`, `90m`, `30s`, `2d` or `0` as seconds. */
function duration(text: string): number {
  const [, digits, unit] = /^(\d{1,6})([smhd]?)$/.exec(text) ?? [];
  if (digits === undefined || (unit === "" && digits !== "0")) {
    throw new InvalidArgumentError("give a number with s, m, h or d, such as 24h; or 0");
  }
  return Number(digits) * ({ s: 1, m: 60, h: 3_600, d: 86_400 }[unit ?? ""] ?? 0);
}

const shownSecret = (secret: string) =>
  `  ${secret}\n\nIt is shown this once; the database keeps only a hash of it.`;
const instant = (at: number) => new Date(at).toISOString().replace(/\.\d+Z$/, "Z");

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

const program = new Command("rupt")
  .description(
    "Manages a Rupt database: projects, their API secrets and settings. Works beside a running server.",
  )
  .addHelpText(
    "after",
    `\nEnvironment:\n${variables.map(({ name, meaning, default: value }) => `  ${name.padEnd(20)} ${meaning}${value === "" ? "" : ` (default: ${value})`}`).join("\n")}`,
  );

const project = program.command("project").description("create, list and set projects");

project
  .command("create")
  .argument("<name>", "unique among all projects; users read it in their messages")
  .description("create a project with its first API secret")
  .action((name: string) =>
    withProjects(async (projects) => {
      const made = await projects.create(name);
      print(`Project "${name}" (${made.project.projectId}). Its API secret:\n\n${shownSecret(made.secret)}`);
    }),
  );

project
  .command("list")
  .description("list all projects")
  .action(() =>
    withProjects(async (projects) => {
      const rows = (await projects.list()).map(({ name, projectId, createdAt }) => [
        name,
        projectId,
        instant(createdAt),
      ]);
      print(
        rows.length === 0
          ? "No project yet. See: npm run rupt -- project create NAME"
          : table([["NAME", "ID", "CREATED"], ...rows]),
      );
    }),
  );

project
  .command("show")
  .argument("<name>")
  .description("show a project's settings")
  .action((name: string) =>
    withProjects(async (projects) => {
      const { settings } = await projects.byName(name);
      const set = settings.limits ?? {};
      const values = limitsOf(set);
      const rows = Object.entries(challengeLimits).map(([key, { minimum, maximum, meaning }]) => [
        key,
        String(values[key as keyof typeof values]),
        Object.hasOwn(set, key) ? "set" : "default",
        `${minimum}–${maximum}`,
        meaning,
      ]);
      print(table([["SETTING", "VALUE", "", "BOUNDS", "MEANING"], ...rows]));
    }),
  );

project
  .command("set")
  .argument("<name>")
  .argument("<setting>", `one of: ${Object.keys(challengeLimits).join(", ")}`)
  .argument("<value>", 'a whole number, or "default"')
  .description("change one setting of a project; servers follow within a second")
  .action((name: string, key: string, value: string) =>
    withProjects(async (projects) => {
      await projects.set(name, key, value);
      print(`${key} of "${name}" is now ${value}.`);
    }),
  );

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

try {
  await program.parseAsync();
} catch (error) {
  const plain =
    error instanceof OperatorError || error instanceof ConfigError || error instanceof SchemaTooNewError;
  process.stderr.write(
    `${plain ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exitCode = 1;
}
