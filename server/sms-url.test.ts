import { describe, expect, test } from "vitest";
import { readSmsUrl } from "./sms-url.js";

const secret = "0123456789abcdef0123456789abcdef";

describe("readSmsUrl", () => {
  test("reads a Twilio account", () => {
    expect(readSmsUrl("twilio+https://AC1:to%2Fken@api.twilio.com?from=+15005550006")).toEqual({
      kind: "twilio",
      baseUrl: "https://api.twilio.com",
      accountSid: "AC1",
      authToken: "to/ken",
      from: "+15005550006",
    });
  });

  test("reads a hook and keeps its query", () => {
    expect(readSmsUrl(`hook+https://:${secret}@sms.example.com/send?route=2`)).toEqual({
      kind: "hook",
      url: "https://sms.example.com/send?route=2",
      secret,
    });
  });

  test.each([
    ["https://api.twilio.com", "must be twilio+https"],
    ["twilio+ftp://a:b@host?from=1", "must be twilio+https"],
    [`hook+http://:${secret}@sms.example.com`, "must use https"],
    ["hook+https://:short@sms.example.com", "32 characters"],
    ["twilio+https://api.twilio.com?from=1", "ACCOUNT_SID:AUTH_TOKEN"],
    ["twilio+https://a:b@api.twilio.com", "?from="],
    ["twilio+https://a:%zz@api.twilio.com?from=1", "%25"],
  ])("refuses %s", (text, words) => {
    expect(readSmsUrl(text)).toContain(words);
  });
});
