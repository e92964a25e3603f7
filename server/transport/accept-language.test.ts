import { expect, test } from "vitest";
import { acceptedLanguage } from "./accept-language.js";

const ours = ["en", "fr", "es", "ar"] as const;

test.each([
  [undefined, undefined],
  ["", undefined],
  ["fr", "fr"],
  ["fr-CA,fr;q=0.9,en;q=0.8", "fr"],
  ["AR-eg", "ar"],
  ["de, es;q=0.5, en;q=0.4", "es"],
  ["en;q=0.4, es;q=0.5", "es"],
  ["en;q=0, fr;q=0.1", "fr"],
  ["en;q=0", undefined],
  ["*", undefined],
  ["zh-Hant-TW,es-419;q=0.2", "es"],
  ["english, fr;q=2", undefined],
  [`${"x".repeat(990)},fr${",".repeat(100_000)}`, "fr"],
])("%s asks for %s", (header, language) => {
  expect(acceptedLanguage(header, ours)).toBe(language);
});
