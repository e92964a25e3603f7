import { expect, test } from "vitest";
import { realBrands } from "./client-hints.js";

test.each([
  [
    ["Not)A;Brand", "Chromium", "Google Chrome"],
    ["Chromium", "Google Chrome"],
  ],
  [
    ["Microsoft Edge", " Not A;Brand", "Chromium"],
    ["Chromium", "Microsoft Edge"],
  ],
  [
    ["Not_A Brand", "Brave", "Chromium"],
    ["Brave", "Chromium"],
  ],
  [
    ["Not/A)Brand", "Notable", "Chromium"],
    ["Chromium", "Notable"],
  ],
])("%j", (brands, real) => {
  expect(realBrands(brands)).toEqual(real);
});
