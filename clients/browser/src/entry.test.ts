import { expect, test } from "vitest";
import { entryOf } from "./entry.js";

test("an entry is the name and 16 hexadecimal digits", () => {
  expect(entryOf("time_zone", "Europe/Oslo")).toMatch(/^time_zone:[0-9a-f]{16}$/);
});

test("a value hashes as it did in the first release of this version", () => {
  // If this fails, every stored fingerprint is lost: raise VERSION_ENTRY, and tell the server about both.
  expect(entryOf("os", "windows")).toBe("os:e5440f3d431bd67c");
  expect(entryOf("os", "linux")).toBe("os:e5c319efe1c74582");
});

test("the hash depends on the name and on the value", () => {
  const hashes = [entryOf("a", "x"), entryOf("b", "x"), entryOf("a", "y")].map((entry) => entry.slice(2));
  expect(new Set(hashes).size).toBe(3);
});

test.each([[undefined], [null], [""], [Number.NaN], [() => 1]])("%s is an absence", (value) => {
  expect(entryOf("a", value)).toBe("a:-");
});

test.each([[0], [false], [[]], ["\ud800"], ["😃"]])("%j is a value", (value) => {
  expect(entryOf("a", value)).toMatch(/^a:[0-9a-f]{16}$/);
});
