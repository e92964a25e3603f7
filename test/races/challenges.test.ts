import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TestClock } from "../server/test-clock.js";
import { type RestAnswer, startTestServer, type TestServer } from "../server/test-server.js";
import {
  type Asked,
  askedAgain,
  california,
  challenged,
  challengeOf,
  login,
  wrongCodes,
} from "../server/user-calls.js";
import { startTwin } from "./twin.js";

let one: TestServer<TestClock>;
let two: TestServer<TestClock>;
beforeAll(async () => {
  one = await startTestServer();
  two = await startTwin(one);
});
afterAll(async () => {
  await two.stop();
  await one.stop();
});

/** The calls, half to each server, all at once. */
function spread(
  { id }: Asked,
  count: number,
  call: (challenge: Asked, n: number) => Promise<RestAnswer>,
): Promise<readonly RestAnswer[]> {
  const both = [challengeOf(one, id), challengeOf(two, id)] as const;
  return Promise.all(Array.from({ length: count }, (_, n) => call(n % 2 === 0 ? both[0] : both[1], n)));
}

const successes = (answers: readonly RestAnswer[]) => answers.filter(({ body }) => body.success === true);

/** Where a code for a contact arrived: at whichever server sent it. */
function codesFor(contact: string): readonly string[] {
  const messages = [one, two].flatMap(({ app }) => app.inbox?.messages() ?? []);
  return messages.flatMap(({ to, code }) => (to === contact && code !== undefined ? [code] : []));
}

describe("one challenge, two servers, all at the same instant", () => {
  test("200 codes, the right one among them many times: at most one success, never more than five tries", async () => {
    // Where all but four are right, five wrong ones cannot come first.
    for (const [user, isRight] of [
      ["v1", (n: number) => n % 4 === 3],
      ["v2", (n: number) => n % 2 === 0],
      ["v3", (n: number) => n > 3],
    ] as const) {
      const challenge = await challenged(one, user);
      await challenge.send();
      const code = one.codeFor(`${user}@example.com`);
      const wrong = wrongCodes(code, 200);
      const answers = await spread(challenge, 200, (to, n) =>
        to.verify(isRight(n) ? code : (wrong[n] ?? "")),
      );
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
      const right = successes(answers).length;
      expect(right).toBeLessThanOrEqual(1);
      const [row] = await one.foundation.sql<{ attempts: number; status: string }[]>`
        select attempts, status from challenges where challenge_id = ${challenge.id}`;
      expect(row?.attempts).toBeLessThanOrEqual(5);
      expect(row?.status).toBe(right === 1 ? "verified" : "sent");
      if (right === 0) expect(row?.attempts).toBe(5);
      const shown = (await challenge.get()).body;
      expect(shown.status).toBe(right === 1 ? "verified" : "exhausted");
      if (user === "v3") expect(right).toBe(1);
    }
  });

  test("the right code alone, 50 times: one success", async () => {
    const challenge = await challenged(one, "v4");
    await challenge.send();
    const code = one.codeFor("v4@example.com");
    const answers = await spread(challenge, 50, (to) => to.verify(code));
    expect(successes(answers)).toHaveLength(1);
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  });

  test("20 sends: one message", async () => {
    const challenge = await challenged(one, "v5");
    const answers = await spread(challenge, 20, (to) => to.send());
    expect(successes(answers)).toHaveLength(1);
    for (const { status, body } of answers) {
      if (status !== 200) expect(body.reason).toBe("resend_too_soon");
    }
    expect(codesFor("v5@example.com")).toHaveLength(1);
    expect((await challenge.get()).body.sends_remaining).toBe(4);
  });

  test("sends and codes mixed: the code that came last is the one that counts", async () => {
    const challenge = await challenged(one, "v6");
    await challenge.send();
    one.clock.advance({ seconds: 30 });
    const former = codesFor("v6@example.com")[0] ?? "";
    const answers = await spread(challenge, 8, (to, n) => (n < 4 ? to.send() : to.verify("000000")));
    for (const { status } of answers) expect([200, 429]).toContain(status);
    const codes = codesFor("v6@example.com");
    expect(codes).toHaveLength(2);
    const latest = codes.find((code) => code !== former) ?? former;
    expect((await challenge.verify(latest)).body.success).toBe(latest !== "000000");
  });

  test("20 completes: all succeed, and the device is learnt once", async () => {
    const challenge = await challenged(one, "v7");
    await challenge.send();
    await challenge.verify(one.codeFor("v7@example.com"));
    const answers = await spread(challenge, 20, (to) => to.complete());
    expect(answers.map(({ body }) => body)).toEqual(answers.map(() => ({ success: true })));
    const { data } = (await one.get("/v2/users/v7/devices")).body;
    expect(data.map(({ seen_count }: { seen_count: number }) => seen_count)).toEqual([1, 1]);
  });

  test("completes among logins of the same user: neither is lost, none fails", async () => {
    const challenge = await challenged(one, "v8");
    await challenge.send();
    await challenge.verify(one.codeFor("v8@example.com"));
    const [completed, ...logins] = await Promise.all([
      challenge.complete(),
      ...Array.from({ length: 8 }, (_, n) => login(n % 2 === 0 ? one : two, "v8")),
    ]);
    for (const { status, body } of logins) expect(status === 200 || body.reason === "conflict").toBe(true);
    expect(completed?.body).toEqual({ success: true });
    const allowed = logins.filter(({ status }) => status === 200).length;
    const { data } = (await one.get("/v2/users/v8/devices")).body;
    expect(data.map(({ seen_count }: { seen_count: number }) => seen_count).sort()).toEqual([1, allowed + 1]);
    expect((await login(two, "v8", { device: "v8's phone", ip: california })).body.reasons).toEqual([]);
  });

  test("codes while a newer challenge takes its place: no fault, no deadlock", async () => {
    const challenge = await challenged(one, "v9");
    await challenge.send();
    const code = one.codeFor("v9@example.com");
    const [verified, replaced] = await Promise.all([
      spread(challenge, 10, (to, n) => to.verify(n === 5 ? code : "999999")),
      Promise.all(
        Array.from({ length: 5 }, () => login(two, "v9", { device: "v9's phone", ip: california })),
      ),
    ]);
    for (const { status, body } of [...verified, ...replaced]) {
      expect(status === 200 || body.reason === "conflict", JSON.stringify(body)).toBe(true);
    }
    expect(successes(verified).length).toBeLessThanOrEqual(1);
  });

  test("wrong codes of many challenges of one user are all counted", async () => {
    await login(one, "v10", { email: "v10@example.com" });
    const challenges: Asked[] = [];
    for (let n = 0; n < 6; n++) {
      const challenge = await askedAgain(one, "v10", { device: `v10's device ${n}` });
      await challenge.send();
      challenges.push(challenge);
    }
    await Promise.all(
      challenges.flatMap((challenge) => wrongCodes("000000", 5).map((code) => challenge.verify(code))),
    );
    const [row] = await one.foundation.sql<{ failed_codes: number }[]>`
      select failed_codes from users where user_key = 'v10'`;
    const right = (await Promise.all(challenges.map((challenge) => challenge.get()))).filter(
      ({ body }) => body.status === "verified",
    ).length;
    if (right === 0) expect(row?.failed_codes).toBe(30);
  });
});
