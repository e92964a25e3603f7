import { describe, expect, test } from "vitest";
import { hookSignature, twilioSignature } from "./signature.js";
import { readStatusReports } from "./status-report.js";

const deliveryId = "01890a5d-ac96-774b-bcce-b302099a8057";
const url = `https://login.acme.example/callbacks/delivery/p/c/${deliveryId}`;
const at = 1_800_000_000_000;
const token = "token of the account";
const secret = "hook-secret-0123456789-0123456789";

const twilio = {
  kind: "twilio",
  baseUrl: "https://api.twilio.com",
  accountSid: "AC1",
  authToken: token,
  from: "+1",
} as const;
const hook = { kind: "hook", url: "https://sms.acme.example/", secret } as const;
const read = readStatusReports([twilio, hook]);

const form = "MessageSid=SM1&MessageStatus=delivered";
const fields = [...new URLSearchParams(form)] as [string, string][];
const json = JSON.stringify({ id: deliveryId, status: "delivered" });
const delivered = { status: "delivered", errorCode: undefined };

describe("Twilio's call-back", () => {
  const take = (signature: string, { body = form, to = url } = {}) =>
    read({ url: to, headers: { "x-twilio-signature": signature }, body, at }, deliveryId);
  const good = twilioSignature(token, url, fields);

  test("is as in Twilio's own example", () => {
    const example: [string, string][] = [
      ["Digits", "1234"],
      ["To", "+18005551212"],
      ["From", "+14158675310"],
      ["Caller", "+14158675310"],
      ["CallSid", "CA1234567890ABCDE"],
    ];
    const signature = twilioSignature("12345", "https://example.com/myapp.php?foo=1&bar=2", example);
    expect(signature).toBe("L/OH5YylLD5NRKLltdqwSvS0BnU=");
  });

  test("is taken when it was signed for this message", () => expect(take(good)).toEqual(delivered));

  test.each<[string, () => unknown]>([
    ["with an empty signature", () => take("")],
    ["with another account's", () => take(twilioSignature("another", url, fields))],
    ["signed with an empty token", () => take(twilioSignature("", url, fields))],
    ["with one in hexadecimal", () => take(Buffer.from(good, "base64").toString("hex"))],
    ["with two signatures", () => take(`${good}, ${good}`)],
    ["played again for another message", () => take(good, { to: `${url}0` })],
    ["played again over http", () => take(good, { to: url.replace("https", "http") })],
    ["with another status", () => take(good, { body: form.replace("delivered", "failed") })],
    ["with a field more", () => take(good, { body: `${form}&ErrorCode=1` })],
    ["with the status a second time", () => take(good, { body: `${form}&MessageStatus=failed` })],
    ["without its form", () => take(good, { body: "" })],
  ])("%s is refused", (_, call) => expect(call()).toBeUndefined());
});

describe("the hook's call-back", () => {
  const take = (signature: string | undefined, { body = json, now = at } = {}) =>
    read({ url, headers: { "x-rupt-signature": signature }, body, at: now }, deliveryId);
  const good = hookSignature(secret, json, at);

  test("is taken when it was signed within five minutes, before or after", () => {
    for (const now of [at, at + 299_000, at - 299_000]) expect(take(good, { now })).toEqual(delivered);
  });

  test.each<[string, () => unknown]>([
    ["without a signature", () => take(undefined)],
    ["with an empty signature", () => take("")],
    ["with another secret's", () => take(hookSignature("x".repeat(32), json, at))],
    ["signed with an empty secret", () => take(hookSignature("", json, at))],
    ["played again after five minutes", () => take(good, { now: at + 301_000 })],
    ["dated ahead", () => take(hookSignature(secret, json, at + 301_000))],
    ["with its time moved", () => take(good.replace(/^t=\d+/, `t=${at / 1000 + 60}`))],
    ["with a time that is no number", () => take(good.replace(/^t=\d+/, "t=NaN"))],
    ["with half a signature", () => take(good.slice(0, -32))],
    ["with a word after it", () => take(`${good},v0=x`)],
    ["with another body", () => take(good, { body: json.replace("delivered", "failed") })],
  ])("%s is refused", (_, call) => expect(call()).toBeUndefined());

  test("played again for another message says nothing", () => {
    const headers = { "x-rupt-signature": good };
    expect(read({ url, headers, body: json, at }, "01890a5d-ac96-774b-bcce-000000000000")).toBe("nothing");
  });
});

test.each([
  ["x-twilio-signature", twilioSignature("", url, fields), form],
  ["x-rupt-signature", hookSignature("", json, at), json],
])("where no provider signs with %s, nothing is believed", (name, signature, body) => {
  const nobody = readStatusReports([]);
  expect(nobody({ url, headers: { [name]: signature }, body, at }, deliveryId)).toBeUndefined();
});
