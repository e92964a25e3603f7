import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { TestClock } from "../server/test-clock.js";
import { startTestServer, type TestServer } from "../server/test-server.js";
import { ask, codeIn, type Person } from "./flow.js";
import { type MailServer, startMailServer } from "./mail-server.js";
import { type SmsServer, startHook, startTwilio } from "./sms-server.js";

let mail: MailServer;
let spareMail: MailServer;
let twilio: SmsServer;
let hook: SmsServer;
let server: TestServer<TestClock>;

beforeAll(async () => {
  [mail, spareMail, twilio, hook] = await Promise.all([
    startMailServer(),
    startMailServer(),
    startTwilio(),
    startHook(),
  ]);
  server = await startTestServer({
    env: {
      SMTP_URL: `${mail.url}, ${spareMail.url}`,
      SMS_URL: `${twilio.url}, ${hook.url}`,
      MAIL_FROM: "Acme Login <login@acme.example>",
      DELIVERY_TIMEOUT_MS: "1500",
    },
  });
});
afterEach(() => {
  for (const provider of [mail, spareMail, twilio, hook]) provider.behaviour = "take";
  mail.mails.length = 0;
  spareMail.mails.length = 0;
  for (const sms of [twilio, hook]) {
    sms.taken.length = 0;
    sms.requests = 0;
  }
  // Providers that failed are asked first again.
  server.clock.advance({ minutes: 5 });
});
afterAll(async () => {
  await server.stop();
  await Promise.all([mail.close(), spareMail.close(), twilio.close(), hook.close()]);
  expect([...twilio.complaints, ...hook.complaints]).toEqual([]);
});

let people = 0;
const person = (contacts: "email" | "phone" | "both"): Person => {
  people += 1;
  const email = { email: `person${people}@example.com` };
  const phone = { phone: `+479${String(1000000 + people)}` };
  return {
    user: `user-${people}`,
    ...(contacts === "phone" ? {} : email),
    ...(contacts === "email" ? {} : phone),
  };
};

describe("a code that a real provider took passes", () => {
  test("by e-mail, as text and as HTML", async () => {
    const asked = await ask(server, person("email"));
    expect((await asked.send()).body).toMatchObject({ success: true, channel: "email" });
    const [received] = mail.mails;
    expect(received?.headers.from).toBe("Acme Login <login@acme.example>");
    expect(received?.html).toContain('lang="en" dir="ltr"');
    const code = codeIn(received?.text);
    expect(received?.html).toContain(`>${code}</p>`);
    expect(received?.headers.subject).toBe(`${code} is your test code`);
    expect((await asked.verify(code)).body.success).toBe(true);
  });

  test("by Twilio's API", async () => {
    const asked = await ask(server, person("phone"));
    expect((await asked.send()).body).toMatchObject({ channel: "sms" });
    expect((await asked.verify(codeIn(twilio.taken[0]?.text))).body.success).toBe(true);
  });

  test("by the signed hook", async () => {
    twilio.behaviour = "refuse";
    const asked = await ask(server, person("phone"));
    await asked.send();
    expect((await asked.verify(codeIn(hook.taken[0]?.text))).body.success).toBe(true);
  });
});

describe("a message speaks the user's language and the project's name", () => {
  test.each([
    ["fr", "ltr", "Votre code Løk & Søn"],
    ["es", "ltr", "Tu código de Løk & Søn"],
    ["ar", "rtl", "رمزك في Løk & Søn هو"],
  ] as const)("%s", async (language, direction, words) => {
    await server.foundation.projects.set("test", "brand_name", "Løk & Søn");
    server.clock.advance({ seconds: 2 });
    const asked = await ask(server, person("both"));
    await asked.send({ language });
    expect(mail.mails[0]?.text).toContain(words);
    expect(mail.mails[0]?.html).toContain(`lang="${language}" dir="${direction}"`);
    expect(mail.mails[0]?.html).toContain("Løk &#38; Søn");
    server.clock.advance({ seconds: 30 });
    await asked.send({ language, channel: "sms" });
    expect(twilio.taken[0]?.text).toContain("Løk & Søn");
    expect((await asked.verify(codeIn(twilio.taken[0]?.text))).body.success).toBe(true);
  });

  test("its own sentence and sender", async () => {
    await server.foundation.projects.set("test", "text_en", "{code} opens {brand} for {minutes} minutes");
    await server.foundation.projects.set("test", "sender_name", "Løk");
    server.clock.advance({ seconds: 2 });
    const asked = await ask(server, person("email"));
    await asked.send();
    expect(mail.mails[0]?.text).toMatch(/^\d{6} opens Løk & Søn for 10 minutes/);
    expect(mail.mails[0]?.headers.from).toBe("Løk <login@acme.example>");
    await server.foundation.projects.set("test", "text_en", "default");
    server.clock.advance({ seconds: 2 });
  });
});

describe("a provider that fails", () => {
  test("for an instant is asked once more", async () => {
    twilio.behaviour = "fail_once";
    const asked = await ask(server, person("phone"));
    expect((await asked.send()).status).toBe(200);
    expect(twilio.requests).toBe(2);
    expect(hook.requests).toBe(0);
    expect((await asked.verify(codeIn(twilio.taken[0]?.text))).body.success).toBe(true);
  });

  test.each(["fail", "slow", "refuse", "redirect", "take_and_hang"] as const)(
    "%s: the next one delivers the same code",
    async (behaviour) => {
      twilio.behaviour = behaviour;
      const asked = await ask(server, person("phone"));
      expect((await asked.send()).status).toBe(200);
      expect(hook.taken).toHaveLength(1);
      // A retry is safe only where the message was certainly not taken.
      expect(twilio.requests).toBe(behaviour === "fail" ? 2 : 1);
      if (behaviour === "take_and_hang") expect(twilio.taken[0]?.text).toBe(hook.taken[0]?.text);
      expect((await asked.verify(codeIn(hook.taken[0]?.text))).body.success).toBe(true);
    },
  );

  test.each(["refuse", "refuse_for_now", "slow"] as const)("%s by e-mail as well", async (behaviour) => {
    mail.behaviour = behaviour;
    const asked = await ask(server, person("email"));
    expect((await asked.send()).status).toBe(200);
    expect(spareMail.mails).toHaveLength(1);
    expect((await asked.verify(codeIn(spareMail.mails[0]?.text))).body.success).toBe(true);
  });

  test("is asked last for a while, so that the next user does not wait for it", async () => {
    twilio.behaviour = "slow";
    await (await ask(server, person("phone"))).send();
    await (await ask(server, person("phone"))).send();
    expect(twilio.requests).toBe(1);
    expect(hook.taken).toHaveLength(2);
    server.clock.advance({ seconds: 31 });
    twilio.behaviour = "take";
    await (await ask(server, person("phone"))).send();
    expect(twilio.requests).toBe(2);
  });
});

describe("when all providers fail, the user is told what to do and loses nothing", () => {
  test.each(["fail", "slow", "refuse"] as const)("%s", async (behaviour) => {
    twilio.behaviour = behaviour;
    hook.behaviour = behaviour;
    const asked = await ask(server, person("phone"));
    const before = (await asked.get()).body;
    const failed = await asked.send();
    expect(failed.status).toBe(503);
    expect(failed.body).toMatchObject({ code: "unavailable", reason: "delivery_failed" });
    expect(failed.body.message).toContain("try again");
    expect(Number(failed.headers.get("retry-after"))).toBeGreaterThan(0);
    const after = (await asked.get()).body;
    expect(after.sends_remaining).toBe(before.sends_remaining);
    expect(after.attempts_remaining).toBe(before.attempts_remaining);

    twilio.behaviour = "take";
    hook.behaviour = "take";
    expect((await asked.send()).status).toBe(200);
    const taken = [...twilio.taken, ...hook.taken].at(-1);
    expect((await asked.verify(codeIn(taken?.text))).body.success).toBe(true);
  });

  test("down: connections refused", async () => {
    const gone = await startTwilio();
    await gone.close();
    const alone = await startTestServer({ env: { SMS_URL: gone.url, SMTP_URL: "smtp://127.0.0.1:1" } });
    try {
      const asked = await ask(alone, { user: "u", email: "u@example.com", phone: "+4791234567" });
      expect((await asked.send({ channel: "sms" })).body.reason).toBe("delivery_failed");
      expect((await asked.send({ channel: "email" })).body.reason).toBe("delivery_failed");
      expect((await asked.get()).body.sends_remaining).toBe(5);
    } finally {
      await alone.stop();
    }
  });

  test.each(["take_and_refuse", "take_and_hang"] as const)(
    "%s: a code that arrived all the same passes, also after a further failure",
    async (behaviour) => {
      twilio.behaviour = behaviour;
      hook.behaviour = "refuse";
      const asked = await ask(server, person("phone"));
      expect((await asked.send()).body.reason).toBe("delivery_failed");
      const code = codeIn(twilio.taken[0]?.text);
      twilio.behaviour = "refuse";
      expect((await asked.send()).body.reason).toBe("delivery_failed");
      expect((await asked.verify(code)).body).toMatchObject({ success: true });
    },
  );
});
