import { expect, test } from "vitest";
import type { Destination } from "./described.js";
import { endOf, stepOf } from "./step.js";
import { wordings, wrongCode } from "./wordings.js";

const destinations: readonly Destination[] = [{ channel: "email", contact: "a*****@x.dev" }];

test.each([
  ["created", "choose"],
  ["sent", "code"],
  ["verified", "passed"],
  ["completed", "used"],
  ["expired", "expired"],
  ["exhausted", "exhausted"],
  ["superseded", "superseded"],
  ["a word of the future", "expired"],
])("status %s is shown as %s", (status, step) => {
  expect(stepOf({ status, destinations })).toBe(step);
});

test("with nowhere to send a code to, there is nothing to choose", () => {
  expect(stepOf({ status: "created", destinations: [] })).toBe("no_contact");
});

test.each([
  ["wrong_secret", "invalid"],
  ["not_permitted", "invalid"],
  ["invalid_field", "invalid"],
  ["challenge_not_found", "nothing"],
  ["unreachable", "unreachable"],
  ["database_unavailable", "unreachable"],
  ["internal", "unreachable"],
])("%s is told as %s", (reason, end) => {
  expect(endOf(reason)).toBe(end);
});

test.each([
  ["en", 1, "1 try left."],
  ["en", 4, "4 tries left."],
  ["fr", 1, "1 essai."],
  ["es", 2, "Quedan 2 intentos."],
  ["ar", 1, "محاولة واحدة."],
  ["ar", 2, "محاولتان."],
  ["ar", 4, "4 محاولات."],
] as const)("in %s, %d left is told as %s", (language, left, sentence) => {
  expect(wrongCode(language, left).endsWith(sentence)).toBe(true);
});

test("every language says everything, with the same gaps", () => {
  const gaps = (wording: object): string[] =>
    Object.entries(wording).flatMap(([key, value]) =>
      key === "wrong"
        ? []
        : typeof value === "string"
          ? [`${key}:${(value.match(/\{\w+\}/g) ?? []).sort().join()}`]
          : gaps(value).map((gap) => `${key}.${gap}`),
    );
  for (const wording of Object.values(wordings))
    expect(gaps(wording).sort()).toEqual(gaps(wordings.en).sort());
});
