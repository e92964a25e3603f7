import type { Command } from "commander";
import { challengeLimits, limitsOf } from "../challenge/limits.js";
import { isMessageSettingName, messageSettings } from "../challenge/message-settings.js";
import { eventTimeSetting } from "../service/projects.js";
import { isWebSettingName, webSettings } from "../service/web-settings.js";
import { withProjects } from "./open.js";
import { instant, print, shownSecret, table } from "./text.js";

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
        print(table([["SETTING", "VALUE", "", "BOUNDS", "MEANING"], ...rows, ...texts, times, ...web]));
      }),
    );

  project
    .command("set")
    .argument("<name>")
    .argument(
      "<setting>",
      `one of: ${[...Object.keys(challengeLimits), ...Object.keys(messageSettings), eventTimeSetting.name, ...Object.keys(webSettings)].join(", ")}`,
    )
    .argument("<value>", 'a whole number, a text, "on" or "off", or "default"')
    .description("change one setting of a project; servers follow within a second")
    .action((name: string, key: string, value: string) =>
      withProjects(async (projects) => {
        await projects.set(name, key, value);
        print(`${key} of "${name}" is now ${value}.`);
      }),
    );
}
