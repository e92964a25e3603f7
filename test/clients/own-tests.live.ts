import { describe, expect, inject, test } from "vitest";

const { languages, skipped } = inject("clients");

describe("own tests", () => {
  for (const { name: language, ownTests } of languages) {
    describe(language, () => {
      test("there are some", () => expect(ownTests.length).toBeGreaterThan(0));
      for (const { name, problem } of ownTests) test(name, () => expect(problem).toBeUndefined());
    });
  }
});

describe("machine", () => {
  test("where all languages must be there, none is skipped", () => {
    if (process.env.CI === "true") expect(skipped).toEqual([]);
  });
});
