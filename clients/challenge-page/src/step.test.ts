import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import {
  ChallengeStatus,
  Channel,
  DescribeChallengeResponseSchema,
} from "../../../gen/es/rupt/v2/challenge_service_pb.js";
import { endOf, stepOf } from "./step.js";
import { wordings, wrongCode } from "./wordings.js";

const destinations = [{ channel: Channel.EMAIL, contact: "a*****@x.dev" }];

test.each([
  [ChallengeStatus.CREATED, "choose"],
  [ChallengeStatus.SENT, "code"],
  [ChallengeStatus.VERIFIED, "passed"],
  [ChallengeStatus.COMPLETED, "used"],
  [ChallengeStatus.EXPIRED, "expired"],
  [ChallengeStatus.EXHAUSTED, "exhausted"],
  [ChallengeStatus.SUPERSEDED, "superseded"],
  [99 as ChallengeStatus, "expired"],
])("status %s is shown as %s", (status, step) => {
  expect(stepOf(create(DescribeChallengeResponseSchema, { status, destinations }))).toBe(step);
});

test("with nowhere to send a code to, there is nothing to choose", () => {
  expect(stepOf(create(DescribeChallengeResponseSchema, { status: ChallengeStatus.CREATED }))).toBe(
    "no_contact",
  );
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
