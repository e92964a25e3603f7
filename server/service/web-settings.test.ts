import { describe, expect, test } from "vitest";
import { withWebSetting } from "./web-settings.js";

describe("success_url", () => {
  test.each([
    "https://app.example.com/",
    "https://app.example.com/welcome?from=login",
    "http://localhost:3000/done",
    "http://127.0.0.1:3000/",
    "http://[::1]:3000/",
  ])("%s is taken as it is", (url) => {
    expect(withWebSetting({}, "success_url", url)).toEqual({ settings: { successUrl: url } });
  });

  test.each([
    "http://app.example.com/",
    "http://localhost.example.com/",
    "https://app.example.com",
    "https://user@app.example.com/",
    "https://app.example.com/#top",
    "//app.example.com/",
    "/welcome",
    "javascript:alert(1)",
    "data:text/html,x",
    "https://app.example.com/a/../b",
    "https://APP.example.com/",
    `https://app.example.com/${"x".repeat(2_000)}`,
    // What one reader takes for another host than the next one does.
    "https:app.example.com/",
    "https:/app.example.com/",
    "https:///app.example.com/",
    "https:\\\\app.example.com/",
    "https://app.example.com\\@evil.example.com/",
    "https://app.example.com\\.evil.example.com/",
    "https://app.example.com%2F@evil.example.com/",
    "https://app.example.com:@evil.example.com/",
    "https://app.example.com:443/",
    "https://app.example.com/\\evil",
    "https://evil。example。com/",
    "https://ｅvil.example.com/",
    "https://bücher.example/",
    "https://app.exa\nmple.com/",
    "https://app.example.com/\r\nLocation: //evil.example.com",
    "\thttps://app.example.com/",
    " https://app.example.com/",
    "https://app.example.com/ ",
    "https://app.example.com/\u0000",
    "https://app.example.com/\u202egnp",
    "https://app.example.com/%2e%2e/b",
    'https://app.example.com/?"><script>',
    "https://2130706433/",
    "https://127.1/",
    "https://*.example.com/",
    "HTTPS://app.example.com/",
    "ftp://app.example.com/",
    "blob:https://app.example.com/1",
    "view-source:https://app.example.com/",
    "",
  ])("%j is refused", (url) => {
    expect(withWebSetting({}, "success_url", url)).toHaveProperty("fault");
  });
});

describe("allowed_origins", () => {
  test("are listed as browsers write them", () => {
    expect(
      withWebSetting(
        {},
        "allowed_origins",
        "https://app.example.com, http://localhost:5173,https://app.example.com",
      ),
    ).toEqual({ settings: { allowedOrigins: ["https://app.example.com", "http://localhost:5173"] } });
  });

  test.each([
    "*",
    "null",
    "https://*.example.com",
    "https://app.example.com/",
    "https://app.example.com:443",
    "http://app.example.com",
    "app.example.com",
    "https://app.example.com,",
    Array.from({ length: 21 }, (_, n) => `https://a${n}.example.com`).join(),
  ])("%s is refused", (origins) => {
    expect(withWebSetting({}, "allowed_origins", origins)).toHaveProperty("fault");
  });
});

test("default takes a setting back and leaves the others", () => {
  const both = { successUrl: "https://a.example/", allowedOrigins: ["https://a.example"] };
  expect(withWebSetting(both, "success_url", "default")).toEqual({
    settings: { allowedOrigins: ["https://a.example"] },
  });
  expect(withWebSetting(both, "allowed_origins", "default")).toEqual({
    settings: { successUrl: "https://a.example/" },
  });
});
