import { expect, test } from "vitest";
import type { Probe } from "../source.js";
import type { Browser } from "./browser.js";
import { isNoisy, type Noisy } from "./noise.js";

const refuse = () => {
  throw new Error("not in this test");
};

function probeOf(family: string, major: number): Probe {
  const browser: Browser = { family, major, os: undefined, osMajor: undefined, model: undefined };
  return { browser: () => browser, hints: refuse, canvas: refuse, graphics: refuse };
}

test.each<[string, number, readonly Noisy[]]>([
  ["chrome", 138, []],
  ["safari", 16, []],
  ["safari", 17, ["audio", "canvas"]],
  ["firefox", 119, []],
  ["firefox", 120, ["canvas"]],
  ["samsung", 26, ["audio"]],
  ["brave", 138, ["audio", "canvas", "hardware", "plugins", "webgl"]],
])("%s %d adds noise to %j", (family, major, noisy) => {
  const traits: readonly Noisy[] = ["audio", "canvas", "hardware", "plugins", "webgl"];
  expect(traits.filter((trait) => isNoisy(trait, probeOf(family, major)))).toEqual(noisy);
});
