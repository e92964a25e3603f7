import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { challengeLimits, type Limit, limitNames, limitText } from "../server/challenge/limits.js";
import { messageSettings } from "../server/challenge/message-settings.js";
import { variables } from "../server/config.js";
import { eventTimeSetting } from "../server/service/projects.js";
import { webSettings } from "../server/service/web-settings.js";

const textOf = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
const readme = textOf("README.md");
const pages = [
  "README.md",
  ...readdirSync(new URL("../docs", import.meta.url), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
  ...["browser", "demo", "go", "java", "node", "python"].map((name) => `clients/${name}/README.md`),
];

test("README names every variable that the server reads, with its default and meaning", () => {
  const rows = variables.map(
    ({ name, default: value, meaning }) => `| \`${name}\` | ${value} | ${meaning} |`,
  );
  const shown = readme.split("\n").filter((line) => /^\| `[A-Z][A-Z0-9_]+` \|/.test(line));
  expect(shown).toEqual(rows);
});

test("the pages name every setting of a project", () => {
  const text = pages.map(textOf).join("\n");
  const names = [
    ...limitNames,
    ...Object.keys(messageSettings),
    eventTimeSetting.name,
    ...Object.keys(webSettings),
  ];
  expect(names.filter((name) => !text.includes(name))).toEqual([]);
});

test("a setting that is shown with its default and bounds is shown as it is", () => {
  const shown = textOf("docs/messages.md")
    .split("\n")
    .flatMap((line) => {
      const [, name = "", ...cells] = line.split("|").map((cell) => cell.trim());
      const key = limitNames.find((limit) => name === `\`${limit}\``);
      return key === undefined ? [] : [{ key, cells: cells.slice(0, 3) }];
    });
  expect(shown.length).toBeGreaterThan(5);
  for (const { key, cells } of shown) {
    const { default: value, minimum, maximum, onOff, meaning }: Limit = challengeLimits[key];
    const bounds = onOff ? "on, off" : `${minimum}–${maximum}`;
    expect(cells).toEqual([limitText(key, value), bounds, meaning]);
  }
});

test("every command that a page names is there", () => {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(textOf("package.json"));
  for (const page of [...pages, "CHANGELOG.md"])
    for (const [, name = ""] of textOf(page).matchAll(/npm run ([a-z:]*[a-z])/g))
      expect(Object.keys(scripts), `${page}: npm run ${name}`).toContain(name);
});

test("pages link to what is there", () => {
  for (const page of pages) {
    const links = [...textOf(page).matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g)].map(
      ([, target = ""]) => target,
    );
    if (page === "README.md") expect(links.length).toBeGreaterThan(5);
    for (const link of links)
      expect(existsSync(new URL(link, new URL(`../${page}`, import.meta.url))), `${page}: ${link}`).toBe(
        true,
      );
  }
});
