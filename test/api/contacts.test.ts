import { SMTPServer } from "smtp-server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TestClock } from "../server/test-clock.js";
import { startTestServer, type TestServer } from "../server/test-server.js";
import { askedAgain, challenged, login } from "../server/user-calls.js";
import { expectError } from "./expect-error.js";

let server: TestServer<TestClock>;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const destinationOf = async (user: string, contacts: { email?: string; phone?: string }) => {
  const challenge = await askedAgain(server, user, contacts);
  return (await challenge.send()).body.destination;
};

describe("where a code may go", () => {
  test("to the contact of the first login, not to one that an attacker brings along", async () => {
    await login(server, "k1", { email: "owner@example.com" });
    const theft = await askedAgain(server, "k1", { email: "thief@example.org" });
    const { body } = await theft.send();
    expect(body.destination).toBe("ow*****@example.com");
    expect(server.app.inbox?.messages()[0]?.to).toBe("owner@example.com");
  });

  test("a changed contact waits for 24 hours from its first mention, then takes the old one's place", async () => {
    await login(server, "k2", { email: "before@example.com" });
    const change = await login(server, "k2", { email: "after@example.org" });
    expect(change.body.reasons).toEqual(["contact_changed"]);
    expect(await destinationOf("k2", { email: "after@example.org" })).toBe("be*****@example.com");
    server.clock.advance({ hours: 23, minutes: 59 });
    expect(await destinationOf("k2", { email: "after@example.org" })).toBe("be*****@example.com");
    server.clock.advance({ minutes: 1 });
    expect(await destinationOf("k2", { email: "after@example.org" })).toBe("af*****@example.org");
    expect((await login(server, "k2", { email: "after@example.org" })).body.reasons).toEqual([]);
    expect((await login(server, "k2", { email: "before@example.com" })).body.reasons).toEqual([
      "contact_changed",
    ]);
  });

  test("a change that is taken back begins to wait anew", async () => {
    await login(server, "k3", { email: "owner@example.com" });
    await login(server, "k3", { email: "thief@example.org" });
    server.clock.advance({ hours: 23 });
    await login(server, "k3", { email: "owner@example.com" });
    server.clock.advance({ hours: 2 });
    expect(await destinationOf("k3", { email: "thief@example.org" })).toBe("ow*****@example.com");
  });

  test("a second channel is a change, too", async () => {
    await login(server, "k4", { email: "owner@example.com" });
    const challenge = await askedAgain(server, "k4", { phone: "+4791122334" });
    expectError(await challenge.send({ channel: "sms" }), 400, "failed_precondition", "no_contact");
    expect((await challenge.send()).body).toMatchObject({ channel: "email" });
    server.clock.advance({ days: 1 });
    const later = await askedAgain(server, "k4", { phone: "+4791122334" });
    expect((await later.send({ channel: "sms" })).body).toMatchObject({ destination: "******34" });
  });

  test("both contacts of a first login are known at once", async () => {
    await login(server, "k5", { email: "owner@example.com", phone: "+47 911 22 334" });
    const challenge = await askedAgain(server, "k5");
    expect((await challenge.send({ channel: "sms" })).body.destination).toBe("******34");
  });

  test("to the contact that comes with the challenged login itself, when none was known", async () => {
    await login(server, "k6");
    const challenge = await askedAgain(server, "k6", { email: "first@example.com" });
    expect((await challenge.send()).body.destination).toBe("fi*****@example.com");
  });

  test("a failed login makes no contact known", async () => {
    await login(server, "k7");
    await login(server, "k7", { email: "thief@example.org", outcome: "failed" });
    expect(await destinationOf("k7", { email: "owner@example.com" })).toBe("ow*****@example.com");
  });

  test("a project may set how long a change waits", async () => {
    const { projects } = server.foundation;
    await projects.set("test", "contact_cooldown_seconds", "3600");
    await login(server, "k8", { email: "before@example.com" });
    server.clock.advance({ seconds: 1 });
    await login(server, "k8", { email: "after@example.org" });
    server.clock.advance({ minutes: 59, seconds: 59 });
    expect(await destinationOf("k8", { email: "after@example.org" })).toBe("be*****@example.com");
    server.clock.advance({ seconds: 1 });
    expect(await destinationOf("k8", { email: "after@example.org" })).toBe("af*****@example.org");
    await projects.set("test", "contact_cooldown_seconds", "default");
    server.clock.advance({ seconds: 1 });
  });

  test("two projects know a user's contacts apart", async () => {
    const other = await server.foundation.projects.create("contacts apart");
    await login(server, "k9", { email: "owner@example.com" });
    const evaluated = await server.post(
      "/v2/evaluate",
      { action: "login", user: "k9", fingerprint: "x", email: "else@example.org" },
      { authorization: `Bearer ${other.secret}` },
    );
    expect(evaluated.body.reasons).not.toContain("contact_changed");
  });
});

describe("a provider that refuses", () => {
  let refuse = true;
  let mails = 0;
  let mailServer: SMTPServer;
  let posting: TestServer<TestClock>;
  beforeAll(async () => {
    mailServer = new SMTPServer({
      disabledCommands: ["AUTH", "STARTTLS"],
      onRcptTo: (_address, _session, done) =>
        refuse
          ? done(Object.assign(new Error("no such box secret@example.com"), { responseCode: 550 }))
          : done(),
      onData(stream, _session, done) {
        mails += 1;
        stream.resume().once("end", () => done());
      },
    });
    await new Promise<void>((resolve) => mailServer.listen(0, "127.0.0.1", resolve));
    const address = mailServer.server.address();
    const port = typeof address === "object" ? address?.port : 0;
    posting = await startTestServer({ env: { SMTP_URL: `smtp://127.0.0.1:${port}` } });
  });
  afterAll(async () => {
    await posting.stop();
    await new Promise<void>((resolve) => mailServer.close(resolve));
  });

  test("costs no send and no wait, and the next try goes out", async () => {
    const challenge = await challenged(posting, "d1");
    refuse = true;
    for (let n = 0; n < 7; n++) {
      const failed = await challenge.send();
      expectError(failed, 503, "unavailable", "delivery_failed");
      expect(failed.headers.get("retry-after")).toMatch(/^\d+$/);
      expect(JSON.stringify(failed.body)).not.toMatch(/example\.com|\b550\b/);
    }
    expect((await challenge.get()).body).toMatchObject({ sends_remaining: 5, status: "created" });
    refuse = false;
    expect((await challenge.send()).body.success).toBe(true);
    expect(mails).toBe(1);
    expect((await challenge.get()).body).toMatchObject({ sends_remaining: 4, status: "sent" });
  });
});
