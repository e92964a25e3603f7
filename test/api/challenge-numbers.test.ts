import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TestClock } from "../server/test-clock.js";
import { startTestServer, type TestServer } from "../server/test-server.js";
import { askedAgain, challenged, login, wrongCodes } from "../server/user-calls.js";
import { expectError } from "./expect-error.js";

let server: TestServer<TestClock>;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const wrong = (right: string) => wrongCodes(right, 1)[0] ?? "";

describe("a code", () => {
  test("is good for ten minutes: to the last millisecond, and not one longer", async () => {
    const [early, late] = [await challenged(server, "n1"), await challenged(server, "n1b")];
    const { body } = await early.send();
    expect(Date.parse(body.expires_at) - server.clock.now()).toBe(600_000);
    await late.send();
    const codes = [server.codeFor("n1@example.com"), server.codeFor("n1b@example.com")];
    server.clock.advance({ minutes: 9, seconds: 59.999 });
    expect((await early.verify(codes[0] ?? "")).body).toMatchObject({ success: true, status: "verified" });
    server.clock.advance({ seconds: 0.001 });
    expect((await late.verify(codes[1] ?? "")).body).toMatchObject({ success: false, status: "expired" });
    expect((await late.get()).body.status).toBe("expired");
    expectError(await late.send(), 400, "failed_precondition", "challenge_expired");
  });

  test("has six digits, and succeeds once", async () => {
    const challenge = await challenged(server, "n2");
    await challenge.send();
    const code = server.codeFor("n2@example.com");
    expect(code).toMatch(/^\d{6}$/);
    expect((await challenge.verify(code)).body).toMatchObject({ success: true });
    expect((await challenge.verify(code)).body).toMatchObject({ success: false, status: "verified" });
    expect((await challenge.complete()).status).toBe(200);
    expect((await challenge.verify(code)).body).toMatchObject({ success: false, status: "completed" });
    expectError(await challenge.send(), 400, "failed_precondition", "challenge_already_verified");
  });

  test("has five tries, and the right one is too late after them", async () => {
    const challenge = await challenged(server, "n3");
    await challenge.send();
    const code = server.codeFor("n3@example.com");
    for (const [n, guess] of wrongCodes(code, 5).entries()) {
      expect((await challenge.verify(guess)).body).toMatchObject({
        success: false,
        attempts_remaining: 4 - n,
        status: n === 4 ? "exhausted" : "sent",
      });
    }
    expect((await challenge.verify(code)).body).toEqual({
      success: false,
      status: "exhausted",
      attempts_remaining: 0,
    });
    expectError(await challenge.send(), 400, "failed_precondition", "challenge_exhausted");
    expectError(await challenge.complete(), 400, "failed_precondition", "challenge_not_verified");
  });

  test("is right at the fifth try, too", async () => {
    const challenge = await challenged(server, "n4");
    await challenge.send();
    const code = server.codeFor("n4@example.com");
    for (const guess of wrongCodes(code, 4)) await challenge.verify(guess);
    expect((await challenge.verify(code)).body).toMatchObject({ success: true, attempts_remaining: 0 });
    expect((await challenge.complete()).body).toEqual({ success: true });
  });

  test("is wrong before it was sent, and costs no try", async () => {
    const challenge = await challenged(server, "n5");
    expect((await challenge.verify("123456")).body).toEqual({
      success: false,
      status: "created",
      attempts_remaining: 5,
    });
  });
});

describe("sending again", () => {
  test("waits 30 seconds, voids the code before it, and gives no try back", async () => {
    const challenge = await challenged(server, "s1");
    expect((await challenge.send()).body).toMatchObject({ success: true, resend_after_seconds: 30 });
    const first = server.codeFor("s1@example.com");
    await challenge.verify(wrong(first));
    server.clock.advance({ seconds: 29 });
    const early = await challenge.send();
    expectError(early, 429, "resource_exhausted", "resend_too_soon");
    expect(early.headers.get("retry-after")).toBe("1");
    server.clock.advance({ seconds: 1 });
    expect((await challenge.send()).body.success).toBe(true);
    const second = server.codeFor("s1@example.com");
    if (second !== first) {
      expect((await challenge.verify(first)).body).toMatchObject({ success: false, attempts_remaining: 3 });
    }
    expect((await challenge.verify(second)).body).toMatchObject({ success: true });
  });

  test("five times in all", async () => {
    const challenge = await challenged(server, "s2");
    for (let sends = 1; sends <= 5; sends++) {
      expect((await challenge.send()).status).toBe(200);
      expect((await challenge.get()).body).toMatchObject({ sends_remaining: 5 - sends, status: "sent" });
      server.clock.advance({ seconds: 30 });
    }
    const refused = await challenge.send();
    expectError(refused, 429, "resource_exhausted", "sends_exhausted");
    expect(Number(refused.headers.get("retry-after"))).toBe(570);
    expect((await challenge.verify(server.codeFor("s2@example.com"))).body.success).toBe(true);
  });

  test("each code has ten minutes of its own", async () => {
    const challenge = await challenged(server, "s3");
    await challenge.send();
    server.clock.advance({ minutes: 9 });
    await challenge.send();
    server.clock.advance({ minutes: 9 });
    expect((await challenge.verify(server.codeFor("s3@example.com"))).body.success).toBe(true);
  });

  test("in the language and over the channel that were asked for", async () => {
    const challenge = await challenged(server, "s4", { phone: "+47 911 22 334" });
    await challenge.send({ channel: "sms", language: "fr", device: "whatever" });
    const message = server.app.inbox?.messages()[0];
    expect(message).toMatchObject({ channel: "sms", to: "+4791122334" });
    expect(message?.text).toMatch(/valable 10 minutes/);
    expect((await challenge.get()).body).toMatchObject({
      channel: "sms",
      phone: "******34",
      email: "s*****@example.com",
    });
  });

  test("to no one, when no contact is known", async () => {
    await login(server, "s5");
    const challenge = await askedAgain(server, "s5");
    expectError(await challenge.send(), 400, "failed_precondition", "no_contact");
    const other = await challenged(server, "s6");
    expectError(await other.send({ channel: "sms" }), 400, "failed_precondition", "no_contact");
    expect((await other.get()).body.sends_remaining).toBe(5);
  });
});

describe("completing", () => {
  test("has ten minutes from the right code, and is the same when repeated", async () => {
    const [soon, late] = [await challenged(server, "c1"), await challenged(server, "c1b")];
    for (const [challenge, user] of [
      [soon, "c1"],
      [late, "c1b"],
    ] as const) {
      await challenge.send();
      await challenge.verify(server.codeFor(`${user}@example.com`));
    }
    server.clock.advance({ minutes: 9, seconds: 59 });
    expect((await soon.complete()).body).toEqual({ success: true });
    server.clock.advance({ seconds: 1 });
    expectError(await late.complete(), 400, "failed_precondition", "challenge_expired");
    server.clock.advance({ days: 1 });
    expect((await soon.complete()).body).toEqual({ success: true });
    const { status, verified_at, completed_at } = (await soon.get()).body;
    expect(status).toBe("completed");
    expect(Date.parse(completed_at) - Date.parse(verified_at)).toBe(599_000);
  });

  test("is not taken from a challenge that a newer one superseded", async () => {
    const older = await challenged(server, "c2");
    await older.send();
    const newer = await askedAgain(server, "c2");
    expect((await older.verify(server.codeFor("c2@example.com"))).body).toMatchObject({
      success: false,
      status: "superseded",
    });
    expectError(await older.send(), 400, "failed_precondition", "challenge_superseded");
    expect((await newer.get()).body.status).toBe("created");
  });
});

describe("wrong codes over many challenges", () => {
  test("a hundred in a row pause the user, ever longer; a right one ends the row", async () => {
    const user = "p1";
    let challenge = await challenged(server, user);
    const fail = async (times: number) => {
      for (let n = 0; n < times; n++) {
        const { body } = await challenge.get();
        if (body.attempts_remaining === 0 || body.status === "created") {
          challenge = await askedAgain(server, user);
          await challenge.send();
        }
        const answer = await challenge.verify(wrong(server.codeFor(`${user}@example.com`)));
        expect(answer.body, JSON.stringify(answer.body)).toMatchObject({ success: false });
      }
    };
    await fail(99);
    challenge = await askedAgain(server, user);
    expect((await challenge.send()).status).toBe(200);
    await fail(1);
    for (const seconds of [30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600]) {
      const paused = await challenge.verify("000000");
      expectError(paused, 429, "resource_exhausted", "user_paused");
      expect(Number(paused.headers.get("retry-after"))).toBe(seconds);
      challenge = await askedAgain(server, user);
      expectError(await challenge.send(), 429, "resource_exhausted", "user_paused");
      server.clock.advance({ seconds: seconds - 1 });
      challenge = await askedAgain(server, user);
      expectError(await challenge.send(), 429, "resource_exhausted", "user_paused");
      server.clock.advance({ seconds: 1 });
      challenge = await askedAgain(server, user);
      await challenge.send();
      await fail(1);
    }
    server.clock.advance({ hours: 1 });
    challenge = await askedAgain(server, user);
    await challenge.send();
    expect((await challenge.verify(server.codeFor(`${user}@example.com`))).body.success).toBe(true);
    await fail(3);
    expect((await challenge.get()).body.status).not.toBe("exhausted");
  });

  test("one user's pause is not another's", async () => {
    const challenge = await challenged(server, "p2");
    expect((await challenge.send()).status).toBe(200);
  });
});

describe("numbers that a project sets", () => {
  test("hold for its challenges, within their bounds", async () => {
    const { projects } = server.foundation;
    await projects.set("test", "max_attempts", "2");
    await projects.set("test", "resend_after_seconds", "10");
    await projects.set("test", "code_ttl_seconds", "60");
    server.clock.advance({ seconds: 1 });
    const challenge = await challenged(server, "b1");
    await challenge.send();
    server.clock.advance({ seconds: 10 });
    const { body } = await challenge.send();
    expect(body.resend_after_seconds).toBe(10);
    const code = server.codeFor("b1@example.com");
    await challenge.verify(wrong(code));
    expect((await challenge.verify(wrong(code))).body).toMatchObject({ status: "exhausted" });
    for (const name of ["max_attempts", "resend_after_seconds", "code_ttl_seconds"]) {
      await expect(projects.set("test", name, "0")).rejects.toThrow(/whole number from/);
      await projects.set("test", name, "default");
    }
    await expect(projects.set("test", "max_failed_codes", "101")).rejects.toThrow(/10 to 100/);
    server.clock.advance({ seconds: 1 });
  });
});
