import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { variables } from "../server/config.js";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

test("README names every variable that the server reads, with its default and meaning", () => {
  const rows = variables.map(
    ({ name, default: value, meaning }) => `| \`${name}\` | ${value} | ${meaning} |`,
  );
  const shown = readme.split("\n").filter((line) => /^\| `[A-Z][A-Z0-9_]+` \|/.test(line));
  expect(shown).toEqual(rows);
});

test("README links to what is there", () => {
  const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g)].map(
    ([, target = ""]) => target,
  );
  expect(links.length).toBeGreaterThan(5);
  for (const link of links)
    expect(() => readFileSync(new URL(`../${link}`, import.meta.url)), link).not.toThrow(/ENOENT/);
});
