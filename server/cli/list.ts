import { type Command, Option } from "commander";
import { AppError } from "../errors.js";
import { type ListName, listNames } from "../risk/access-list.js";
import { type ListedKind, listedKinds } from "../risk/policy/subject.js";
import { type AccessListing, createAccessListing } from "../service/access-lists.js";
import { OperatorError } from "../service/projects.js";
import { postgresAccessListStore } from "../store/postgres/postgres-access-list-store.js";
import type { Project } from "../store/project-store.js";
import { withFoundation } from "./open.js";
import { duration, instant, print, table } from "./text.js";

async function withLists(
  name: string,
  run: (lists: AccessListing, project: Project) => Promise<void>,
): Promise<void> {
  try {
    await withFoundation(async ({ clock, sql, projects }) =>
      run(createAccessListing({ clock, lists: postgresAccessListStore(sql) }), await projects.byName(name)),
    );
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const pointer = error.reason === "list_entry_not_found" ? ` See: npm run rupt -- list show ${name}` : "";
    throw new OperatorError(`${error.message}${pointer}`);
  }
}

function listOf(word: string): ListName {
  const found = listNames.find((name) => name === word);
  if (found === undefined)
    throw new OperatorError(`There is no list "${word}". Lists: ${listNames.join(", ")}`);
  return found;
}

function kindOf(word: string): ListedKind {
  const found = listedKinds.find((kind) => kind === word);
  if (found === undefined)
    throw new OperatorError(`There is no kind "${word}". Kinds: ${listedKinds.join(", ")}`);
  return found;
}

/** Adds `rupt list …`. */
export function listCommands(program: Command): void {
  const list = program.command("list").description("keep a project's allow, deny and watch lists");
  const arguments_ = {
    project: "name of the project",
    list: listNames.join(", "),
    kind: listedKinds.join(", "),
    value: "such as u1, a fingerprint_id, 203.0.113.0/24, AS2119, NO, example.com",
  };

  list
    .command("add")
    .argument("<project>", arguments_.project)
    .argument("<list>", arguments_.list)
    .argument("<kind>", arguments_.kind)
    .argument("<value>", arguments_.value)
    .option("--comment <text>", "for people", "")
    .addOption(
      new Option("--for <duration>", "how long it counts, such as 30d; absent: for ever").argParser(duration),
    )
    .description("add an entry, or renew the one that is there; servers follow within a second")
    .action(
      (
        name: string,
        listName: string,
        kind: string,
        value: string,
        options: { comment: string; for?: number },
      ) =>
        withLists(name, async (lists, project) => {
          const entry = await lists.put(project, {
            list: listOf(listName),
            kind: kindOf(kind),
            value,
            comment: options.comment,
            expiresAt: options.for === undefined ? undefined : Date.now() + options.for * 1000,
          });
          const until = entry.expiresAt === undefined ? "" : ` until ${instant(entry.expiresAt)}`;
          print(`${entry.kind} ${entry.value} is on the ${entry.list} list of "${name}"${until}.`);
        }),
    );

  list
    .command("remove")
    .argument("<project>", arguments_.project)
    .argument("<list>", arguments_.list)
    .argument("<kind>", arguments_.kind)
    .argument("<value>", arguments_.value)
    .description("remove an entry; servers follow within a second")
    .action((name: string, listName: string, kind: string, value: string) =>
      withLists(name, async (lists, project) => {
        await lists.removeValue(project, { list: listOf(listName), kind: kindOf(kind), value });
        print(`${kind} ${value} is no longer on the ${listName} list of "${name}".`);
      }),
    );

  list
    .command("show")
    .argument("<project>", arguments_.project)
    .argument("[list]", `${arguments_.list}; absent: all`)
    .description("show the newest 1,000 entries in force")
    .action((name: string, listName: string | undefined) =>
      withLists(name, async (lists, project) => {
        const { data, total } = await lists.page(project, {
          page: 1,
          limit: 1_000,
          list: listName === undefined ? undefined : listOf(listName),
        });
        const rows = data.map((entry) => [
          entry.list,
          entry.kind,
          entry.value,
          entry.expiresAt === undefined ? "never" : instant(entry.expiresAt),
          entry.comment,
        ]);
        print(table([["LIST", "KIND", "VALUE", "ENDS", "COMMENT"], ...rows]));
        if (total > data.length) print(`… and ${total - data.length} more`);
      }),
    );
}
