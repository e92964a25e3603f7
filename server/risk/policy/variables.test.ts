import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { variables } from "./variables.js";

test("the documentation has a row for each variable, in this order", () => {
  const page = readFileSync(new URL("../../../docs/policies.md", import.meta.url), "utf8");
  const section = page.slice(page.indexOf("## Variables"), page.indexOf("## What happens when"));
  expect([...section.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name)).toEqual(Object.keys(variables));
});
