import { expect, test } from "vitest";
import { getHash } from "./index.js";
import { sources } from "./sources.js";

test("names are unique, short snake_case words", () => {
  const names = sources.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) {
    expect(name).toMatch(/^[a-z]+(_[a-z]+)*$/);
    expect(name.length).toBeLessThanOrEqual(24);
  }
});

test("the array keeps within 64 entries of 64 characters", async () => {
  expect(sources.length + 1).toBeLessThanOrEqual(64);
  for (const { name } of sources) {
    expect(`${name}:0123456789abcdef`.length).toBeLessThanOrEqual(64);
  }
});

test("where there is no browser at all there is still an array", async () => {
  const entries = await getHash();
  expect(entries.map((entry) => entry.split(":")[0])).toEqual(["v", ...sources.map(({ name }) => name)]);
});
