import { expect, test } from "vitest";
import { canonical } from "./canonical.js";

test("different values are written differently", () => {
  const values = [
    undefined,
    true,
    false,
    0,
    1,
    -1,
    0.1,
    "",
    "1",
    "true",
    "t",
    "a,b",
    [],
    [""],
    [[]],
    ["a", "b"],
    ["a,b"],
    ["s1:b"],
    [["a"], "b"],
    {},
    { a: 1 },
    { a: "1" },
    { b: 1 },
    { a: { b: 1 } },
  ];
  expect(new Set(values.map(canonical)).size).toBe(values.length);
});

test("neither the order of keys nor a page's toJSON matters", () => {
  expect(canonical({ a: 1, b: 2 })).toBe(canonical({ b: 2, a: 1 }));
  expect(canonical(Object.defineProperty(["a"], "toJSON", { value: () => "x" }))).toBe(canonical(["a"]));
});

test("what is not data is refused", () => {
  expect(() => canonical(() => 1)).toThrow(TypeError);
  expect(() => canonical([Symbol("a")])).toThrow(TypeError);
});
