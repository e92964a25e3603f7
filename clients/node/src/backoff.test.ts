import { expect, test } from "vitest";
import { waitBefore } from "./backoff.js";

test.each([
  { name: "the first wait is short", repeat: 0, random: 1, left: 10_000, after: undefined, wait: 100 },
  { name: "each may be twice as long", repeat: 3, random: 1, left: 10_000, after: undefined, wait: 800 },
  { name: "up to a limit", repeat: 9, random: 1, left: 10_000, after: undefined, wait: 2_000 },
  { name: "callers are spread", repeat: 3, random: 0.25, left: 10_000, after: undefined, wait: 200 },
  {
    name: "what the server asks for is not shortened",
    repeat: 0,
    random: 0,
    left: 10_000,
    after: 2,
    wait: 2_000,
  },
  { name: "nor taken by all at the same instant", repeat: 0, random: 1, left: 10_000, after: 1, wait: 1_100 },
  {
    name: "a long wait is the caller's to take",
    repeat: 0,
    random: 0,
    left: 10_000,
    after: 3,
    wait: undefined,
  },
  {
    name: "no repeat when no time would be left",
    repeat: 3,
    random: 1,
    left: 800,
    after: undefined,
    wait: undefined,
  },
])("$name", ({ repeat, random, left, after, wait }) => {
  expect(waitBefore(repeat, random, left, after)).toBe(wait);
});
