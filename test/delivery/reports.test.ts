import { createHmac } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { TestClock } from "../server/test-clock.js";
import { startTestServer, type TestServer } from "../server/test-server.js";
import { type Asked, ask } from "./flow.js";
import { authToken, hookSecret, type Sms, type SmsServer, startHook, startTwilio } from "./sms-server.js";

const publicUrl = "https://login.acme.example";

let twilio: SmsServer;
let hook: SmsServer;
let server: TestServer<TestClock>;
beforeAll(async () => {
  [twilio, hook] = await Promise.all([startTwilio(), startHook()]);
  server = await startTestServer({
    env: { SMS_URL: `${twilio.url},${hook.url}`, PUBLIC_URL: `${publicUrl}/` },
  });
});
afterEach(() => {
  twilio.behaviour = "take";
});
afterAll(async () => {
  await server.stop();
  await Promise.all([twilio.close(), hook.close()]);
});

let people = 0;
async function sent(): Promise<{ asked: Asked; sms: Sms }> {
  people += 1;
  const asked = await ask(server, { user: `user-${people}`, phone: `+4790${100_000 + people}` });
  expect((await asked.send()).status).toBe(200);
  const sms = twilio.behaviour === "refuse" ? hook.taken.at(-1) : twilio.taken.at(-1);
  if (sms === undefined) throw new Error("no message was taken");
  return { asked, sms };
}

const statusOf = async (asked: Asked) => (await asked.get()).body.delivery.status;

/** Calls back as the provider would: at the public address, which the test's proxy takes to the server. */
async function callBack(sms: Sms, body: string, headers: Record<string, string>): Promise<number> {
  const url = sms.statusUrl?.replace(publicUrl, server.baseUrl) ?? "";
  return (await fetch(url, { method: "POST", body, headers })).status;
}

/** Signs as Twilio documents it. */
function asTwilio(sms: Sms, fields: Record<string, string>, token = authToken): Promise<number> {
  const text =
    sms.statusUrl +
    Object.keys(fields)
      .sort()
      .map((name) => name + fields[name])
      .join("");
  return callBack(sms, new URLSearchParams(fields).toString(), {
    "content-type": "application/x-www-form-urlencoded",
    "x-twilio-signature": createHmac("sha1", token).update(text).digest("base64"),
  });
}

/** Signs as the hook's documentation says. */
function asHook(sms: Sms, body: object, { secret = hookSecret, ageSeconds = 0 } = {}): Promise<number> {
  const text = JSON.stringify(body);
  const seconds = Math.floor(Date.now() / 1000) - ageSeconds;
  const tag = createHmac("sha256", secret).update(`${seconds}.${text}`).digest("hex");
  return callBack(sms, text, { "x-rupt-signature": `t=${seconds},v1=${tag}` });
}

describe("what a provider reports", () => {
  test("through Twilio's call-back is shown with the challenge", async () => {
    const { asked, sms } = await sent();
    expect((await asked.get()).body.delivery).toMatchObject({ channel: "sms", status: "sent" });
    expect(await asTwilio(sms, { MessageSid: sms.id, MessageStatus: "sent" })).toBe(204);
    expect(await statusOf(asked)).toBe("sent");
    expect(await asTwilio(sms, { MessageSid: sms.id, MessageStatus: "delivered" })).toBe(204);
    expect(await statusOf(asked)).toBe("delivered");
    // A step that is reported late takes nothing back.
    expect(await asTwilio(sms, { MessageSid: sms.id, MessageStatus: "sent" })).toBe(204);
    expect(await statusOf(asked)).toBe("delivered");
  });

  test("as a failure comes with the provider's code", async () => {
    const { asked, sms } = await sent();
    await asTwilio(sms, { MessageStatus: "undelivered", ErrorCode: "30003" });
    expect((await asked.get()).body.delivery).toMatchObject({ status: "failed", error_code: "30003" });
  });

  test("through the signed hook", async () => {
    twilio.behaviour = "refuse";
    const { asked, sms } = await sent();
    expect(await asHook(sms, { id: sms.id, status: "delivered" })).toBe(204);
    expect(await statusOf(asked)).toBe("delivered");
  });

  test("of a failed sending that went out nowhere is failed at once", async () => {
    twilio.behaviour = "refuse";
    hook.behaviour = "refuse";
    people += 1;
    const asked = await ask(server, { user: `user-${people}`, phone: `+4790${100_000 + people}` });
    expect((await asked.send()).status).toBe(503);
    hook.behaviour = "take";
    expect(await statusOf(asked)).toBe("failed");
  });
});

describe("a report that nobody signed is refused", () => {
  test("with another token, without a signature, for another message, too late", async () => {
    const { asked, sms } = await sent();
    const { sms: other } = await sent();
    expect(await asTwilio(sms, { MessageStatus: "delivered" }, "another token")).toBe(403);
    expect(await callBack(sms, "MessageStatus=delivered", {})).toBe(403);
    expect(await asTwilio({ ...sms, statusUrl: `${sms.statusUrl}0` }, { MessageStatus: "delivered" })).toBe(
      403,
    );
    expect(await asHook(sms, { id: sms.id, status: "delivered" }, { ageSeconds: 600 })).toBe(403);
    expect(await asHook(sms, { id: sms.id, status: "delivered" }, { secret: "x".repeat(32) })).toBe(403);
    // Signed, but about another message.
    await asHook(sms, { id: other.id, status: "failed" });
    expect(await statusOf(asked)).toBe("sent");
  });

  test("and one that is too large is not read", async () => {
    const { sms } = await sent();
    expect(await callBack(sms, "x".repeat(20_000), {})).toBe(413);
  });
});
