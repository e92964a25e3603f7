import { describe, expect, test } from "vitest";
import { compileCondition } from "./condition.js";
import { unreachable } from "./reach.js";

const found = (...conditions: readonly string[]) =>
  Object.fromEntries(unreachable(conditions.map(compileCondition)));

describe("rules that can never be reached", () => {
  test.each<[string, readonly string[], object]>([
    ["nothing", ["score > 0.5", "score > 0.3"], {}],
    ["after an always-true rule", ["true", "score > 0.5"], { 1: { because: "covered", by: [0] } }],
    [
      "after one that is true in a roundabout way",
      ["1 + 1 == 2 || score > 0.9", "score > 0.5"],
      { 1: { because: "covered", by: [0] } },
    ],
    [
      "the same condition, written otherwise",
      ["score>0.5 && (asn == 1)", "asn == 1 && score > 0.5"],
      { 1: { because: "covered", by: [0] } },
    ],
    ["a narrower one", ["asn == 1", "score > 0.5 && asn == 1"], { 1: { because: "covered", by: [0] } }],
    [
      "the two halves before it together",
      ["asn == 1", "!(asn == 1)", "score > 0.5"],
      { 2: { because: "covered", by: [0, 1] } },
    ],
    ["a contradiction", ["asn == 1 && !(asn == 1)"], { 0: { because: "contradiction" } }],
    ["false itself", ["false"], { 0: { because: "contradiction" } }],
    ["a wider one is reachable", ["score > 0.5 && asn == 1", "asn == 1"], {}],
  ])("%s", (_, conditions, expected) => {
    expect(found(...conditions)).toEqual(expected);
  });

  test("a hundred wide rules are settled quickly or taken as reachable", () => {
    const conditions = Array.from({ length: 100 }, (_, row) =>
      Array.from({ length: 40 }, (_, column) => `(asn == ${row * 40 + column} || asn == ${column})`).join(
        " && ",
      ),
    );
    expect(Object.keys(found(...conditions)).length).toBeLessThanOrEqual(100);
  });
});
