import { expect, test } from "vitest";
import { parseUserAgent, type Surroundings } from "./browser.js";

const plain: Surroundings = { android: false, touchPoints: 0, brave: false };
const windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)";
const mac = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)";
const iphone =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)";

test.each<[string, string, number | undefined, string, number | undefined]>([
  [`${windows} Chrome/138.0.0.0 Safari/537.36`, "chrome", 138, "windows", 10],
  [`${windows} HeadlessChrome/138.0.0.0 Safari/537.36`, "chrome", 138, "windows", 10],
  [`${windows} Chrome/138.0.0.0 Safari/537.36 Edg/137.0.0.0`, "edge", 137, "windows", 10],
  [`${windows} Chrome/137.0.0.0 Safari/537.36 OPR/121.0.0.0`, "opera", 121, "windows", 10],
  [`${windows} Chrome/136.0.0.0 YaBrowser/25.6.0.0 Safari/537.36`, "yandex", 25, "windows", 10],
  [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "firefox",
    140,
    "windows",
    10,
  ],
  [`${mac} AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15`, "safari", 18, "macos", 15],
  [
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "firefox",
    140,
    "linux",
    undefined,
  ],
  [
    "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 Chrome/138.0.0.0 Safari/537.36",
    "chrome",
    138,
    "chromeos",
    14541,
  ],
  [
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/138.0.0.0 Mobile Safari/537.36",
    "chrome",
    138,
    "android",
    10,
  ],
  [
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
    "samsung",
    28,
    "android",
    10,
  ],
  [
    "Mozilla/5.0 (Linux; Android 14; SM-A546B; wv) AppleWebKit/537.36 Version/4.0 Chrome/138.0.7204.63 Mobile Safari/537.36",
    "webview",
    138,
    "android",
    14,
  ],
  ["Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0", "firefox", 140, "android", 15],
  [`${iphone} Version/18.5 Mobile/15E148 Safari/604.1`, "safari", 18, "ios", 18],
  [`${iphone} CriOS/138.0.7204.53 Mobile/15E148 Safari/604.1`, "chrome", 138, "ios", 18],
  [`${iphone} FxiOS/140.0 Mobile/15E148 Safari/605.1.15`, "firefox", 140, "ios", 18],
  [`${iphone} Mobile/15E148`, "webview", 18, "ios", 18],
])("%s", (userAgent, family, major, os, osMajor) => {
  expect(parseUserAgent(userAgent, plain)).toMatchObject({ family, major, os, osMajor });
});

test("nothing is made up for an unknown user agent", () => {
  const nothing = {
    family: undefined,
    major: undefined,
    os: undefined,
    osMajor: undefined,
    model: undefined,
  };
  expect(parseUserAgent("", plain)).toEqual(nothing);
  expect(parseUserAgent("curl/8.5.0", plain)).toEqual(nothing);
});

test("what the user agent hides comes from the surroundings", () => {
  const safari = `${mac} AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15`;
  expect(parseUserAgent(safari, { ...plain, touchPoints: 5 }).os).toBe("ios");
  const desktopSite = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/138.0.0.0 Safari/537.36";
  expect(parseUserAgent(desktopSite, { ...plain, android: true }).os).toBe("android");
  expect(parseUserAgent(desktopSite, { ...plain, brave: true }).family).toBe("brave");
});

test.each([
  ["Mozilla/5.0 (Linux; Android 14; SM-S921B Build/UP1A.231005.007) AppleWebKit/537.36", "SM-S921B"],
  ["Mozilla/5.0 (Linux; Android 14; Pixel 8 Pro; wv) AppleWebKit/537.36", "Pixel 8 Pro"],
  ["Mozilla/5.0 (Linux; U; Android 9; en-us; Redmi Note 8) AppleWebKit/537.36", "Redmi Note 8"],
  ["Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36", undefined],
  ["Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0", undefined],
  [`${iphone} Mobile/15E148`, undefined],
])("the model in %s", (userAgent, model) => {
  expect(parseUserAgent(userAgent, plain).model).toBe(model);
});
