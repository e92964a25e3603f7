import type { Command } from "commander";
import { challengeLimits, type Limit, limitNames, limitsOf, limitText } from "../challenge/limits.js";
import { isMessageSettingName, messageSettings } from "../challenge/message-settings.js";
import { eventTimeSetting, settingName } from "../service/projects.js";
import { isWebSettingName, webSettings } from "../service/web-settings.js";
import type { ProjectSettings } from "../store/project-store.js";
import { withProjects } from "./open.js";
import { instant, print, shownSecret, table } from "./text.js";

/** A row for each setting: its name, its value, where that comes from, what it may be, and what it means. */
function settingRows(settings: ProjectSettings): readonly (readonly string[])[] {
  const set = settings.limits ?? {};
  const values = limitsOf(set);
  const limits = limitNames.map((key) => {
    const { minimum, maximum, onOff, meaning }: Limit = challengeLimits[key];
    return [
      key,
      limitText(key, values[key]),
      Object.hasOwn(set, key) ? "set" : "default",
      onOff ? "on, off" : `${minimum}–${maximum}`,
      meaning,
    ];
  });
  const texts = Object.entries(messageSettings).map(([key, { maxCharacters, meaning }]) => {
    const text = isMessageSettingName(key) ? settings.messages?.[key] : undefined;
    return [key, text ?? "", text === undefined ? "default" : "set", `≤ ${maxCharacters}`, meaning];
  });
  const on = settings.acceptEventTime === true;
  const times = [
    eventTimeSetting.name,
    on ? "on" : "off",
    on ? "set" : "default",
    "on, off",
    eventTimeSetting.meaning,
  ];
  const { successUrl, allowedOrigins } = settings;
  const pages = { success_url: successUrl, allowed_origins: allowedOrigins?.join(",") };
  const web = Object.entries(webSettings).map(([key, meaning]) => {
    const value = isWebSettingName(key) ? pages[key] : undefined;
    return [key, value ?? "", value === undefined ? "default" : "set", "", meaning];
  });
  return [...limits, ...texts, times, ...web];
}

/** Adds `rupt project …`. */
export function projectCommands(program: Command): void {
  const project = program.command("project").description("create, list and set projects");

  project
    .command("create")
    .argument("<name>", "unique among all projects; users read it in their messages")
    .description("create a project with its first API secret")
    .action((name: string) =>
      withProjects(async (projects) => {
        const made = await projects.create(name);
        print(
          `Project "${name}" (${made.project.projectId}). Its API secret:\n\n${shownSecret(made.secret)}`,
        );
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
    .argument("<name>", "name of the project")
    .description("show a project's settings")
    .action((name: string) =>
      withProjects(async (projects) => {
        const { settings } = await projects.byName(name);
        print(table([["SETTING", "VALUE", "", "BOUNDS", "MEANING"], ...settingRows(settings)]));
      }),
    );

  project
    .command("set")
    .argument("<name>", "name of the project")
    .argument(
      "<setting>",
      `one of: ${[...Object.keys(challengeLimits), ...Object.keys(messageSettings), eventTimeSetting.name, ...Object.keys(webSettings)].join(", ")}`,
    )
    .argument("<value>", 'a whole number, a text, "on" or "off", or "default"')
    .description("change one setting of a project; servers follow within a second")
    .action((name: string, key: string, value: string) =>
      withProjects(async (projects) => {
        const { settings } = await projects.set(name, key, value);
        const [setting = "", now = "", origin = ""] =
          settingRows(settings).find(([setting]) => setting === settingName(key)) ?? [];
        const told = origin === "set" ? now : now === "" ? "the default" : `${now}, the default`;
        print(`${setting} of "${name}" is now ${told}.`);
      }),
    );
}
