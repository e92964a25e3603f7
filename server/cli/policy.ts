import { readFile } from "node:fs/promises";
import { type Command, InvalidArgumentError } from "commander";
import { AppError } from "../errors.js";
import type { Foundation } from "../foundation.js";
import { createPolicies, type Policies, type PolicyView, testPolicy } from "../service/policies.js";
import { OperatorError } from "../service/projects.js";
import { postgresPolicyStore } from "../store/postgres/postgres-policy-store.js";
import type { Project } from "../store/project-store.js";
import { withFoundation } from "./open.js";
import { instant, print, table } from "./text.js";

const policiesOf = ({ clock, sql }: Pick<Foundation, "clock" | "sql">) =>
  createPolicies({ clock, policies: postgresPolicyStore(sql) });

/** A refusal with each fault on a line of its own. */
async function plainly<T>(file: string, run: () => Promise<T> | T): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const faults = error.violations.map(({ description }) => `  ${description}`);
    throw new OperatorError(
      faults.length === 0 ? error.message : [`${file} is refused:`, "", ...faults].join("\n"),
    );
  }
}

async function withProject(
  name: string,
  run: (policies: Policies, project: Project) => Promise<void>,
): Promise<void> {
  try {
    await withFoundation(async (foundation) =>
      run(policiesOf(foundation), await foundation.projects.byName(name)),
    );
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const isOfVersions = error.reason === "policy_not_found" || error.reason === "nothing_to_roll_back";
    throw new OperatorError(
      isOfVersions ? `${error.message} See: npm run rupt -- policy list ${name}` : error.message,
    );
  }
}

function wholeNumber(text: string): number {
  if (!/^\d{1,7}$/.test(text))
    throw new InvalidArgumentError("give a version, such as 3; or 0 for the default");
  return Number(text);
}

async function readSource(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new OperatorError(`${file} cannot be read: ${error instanceof Error ? error.message : error}`);
  }
}

const row = ({ version, active, createdAt }: PolicyView) => [
  String(version),
  active ? "in force" : "",
  createdAt === undefined ? "the shipped default" : instant(createdAt),
];

const announced = ({ version }: PolicyView) =>
  `Version ${version}${version === 0 ? " (the shipped default)" : ""}`;

/** Adds `rupt policy …`. */
export function policyCommands(program: Command): void {
  const policy = program
    .command("policy")
    .description("test, put, activate and roll back a project's policy");
  const projectName = "name of the project";

  policy
    .command("test")
    .argument("<file>", "policy file (YAML)")
    .description("check a policy file and run its test cases; needs no database")
    .action(async (file: string) => {
      const source = await readSource(file);
      const { ruleCount, cases } = await plainly(file, () => testPolicy(source));
      for (const { name, passed, message } of cases)
        print(`${passed ? "  ok    " : "  FAILED"}  ${name}${passed ? "" : `: ${message}`}`);
      const failed = cases.filter(({ passed }) => !passed).length;
      print(`${ruleCount} rules, ${cases.length} test cases, ${failed} failed`);
      if (failed > 0) process.exitCode = 1;
    });

  policy
    .command("put")
    .argument("<project>", projectName)
    .argument("<file>", "policy file (YAML)")
    .description("keep a policy file as the next version, not yet in force")
    .action(async (name: string, file: string) => {
      const source = await readSource(file);
      await withFoundation(async (foundation) => {
        const project = await foundation.projects.byName(name);
        const made = await plainly(file, () => policiesOf(foundation).put(project, source));
        print(
          `${announced(made)} of the policy of "${name}". To put it in force: npm run rupt -- policy activate ${name} ${made.version}`,
        );
      });
    });

  policy
    .command("activate")
    .argument("<project>", projectName)
    .argument("<version>", "as `policy list` shows it; 0 is the shipped default", wholeNumber)
    .description("put a version in force; servers follow within a second")
    .action((name: string, version: number) =>
      withProject(name, async (policies, project) =>
        print(`${announced(await policies.activate(project, version))} is in force.`),
      ),
    );

  policy
    .command("rollback")
    .argument("<project>", projectName)
    .description("put the version in force that the present one replaced; again: the one before that")
    .action((name: string) =>
      withProject(name, async (policies, project) =>
        print(`${announced(await policies.rollback(project))} is in force again.`),
      ),
    );

  policy
    .command("list")
    .argument("<project>", projectName)
    .description("list the newest 100 versions and the shipped default")
    .action((name: string) =>
      withProject(name, async (policies, project) => {
        const { data } = await policies.list(project, { page: 1, limit: 100 });
        const rows = [...data, await policies.get(project, 0)].map(row);
        print(table([["VERSION", "", "PUT"], ...rows]));
      }),
    );

  policy
    .command("show")
    .argument("<project>", projectName)
    .argument("[version]", "absent: the one in force; 0 is the shipped default", wholeNumber)
    .description("print the file of a version")
    .action((name: string, version: number | undefined) =>
      withProject(name, async (policies, project) =>
        print((await policies.get(project, version ?? project.policyVersion)).source.trimEnd()),
      ),
    );
}
