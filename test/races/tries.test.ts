import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createReportAttack } from "../../server/service/report-attack.js";
import { postgresChallengeStore } from "../../server/store/postgres/postgres-challenge-store.js";
import type { TestClock } from "../server/test-clock.js";
import { startTestServer, type TestServer } from "../server/test-server.js";
import { type Asked, askedAgain, challenged, challengeOf, login, wrongCodes } from "../server/user-calls.js";
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

const other = ({ id }: Asked) => challengeOf(two, id);

/** Which transactions wrote or locked the rows of a challenge and its user last. */
async function lastWriters({ id }: Asked): Promise<unknown> {
  return await one.foundation.sql`
    select c.xmin as written, c.xmax as locked, u.xmin as user_written, u.xmax as user_locked
    from challenges c join users u on u.project_id = c.project_id and u.user_key = c.user_key where c.challenge_id = ${id}`;
}

test("a challenge that takes no code is neither written nor locked by a try, so it answers as fast as an unknown one", async () => {
  const exhausted = await challenged(one, "t1");
  await exhausted.send();
  const right = one.codeFor("t1@example.com");
  for (const code of wrongCodes(right, 5)) await exhausted.verify(code);
  const verified = await challenged(one, "t2");
  await verified.send();
  const code = one.codeFor("t2@example.com");
  expect((await verified.verify(code)).body.success).toBe(true);
  const unsent = await challenged(one, "t3");
  for (const [challenge, entered] of [
    [exhausted, right],
    [verified, code],
    [unsent, "000000"],
  ] as const) {
    await one.app.settled();
    const before = await lastWriters(challenge);
    expect((await challenge.verify(entered)).body.success).toBe(false);
    expect(await lastWriters(challenge)).toEqual(before);
  }
});

test("a bad or unknown challenge among many does not fail the others of its batch", async () => {
  const asked = await Promise.all(["t4", "t5", "t6", "t7"].map((user) => challenged(one, user)));
  for (const challenge of asked) await challenge.send();
  const codes = ["t4", "t5", "t6", "t7"].map((user) => one.codeFor(`${user}@example.com`));
  const answers = await Promise.all(
    asked.flatMap((challenge, n) => [
      challengeOf(one, randomUUID()).verify("123456"),
      challenge.verify(codes[n] ?? ""),
    ]),
  );
  expect(answers.map(({ status }) => status)).toEqual([404, 200, 404, 200, 404, 200, 404, 200]);
  expect(answers.filter(({ body }) => body.success === true)).toHaveLength(4);
});

test("right codes of several challenges of one user, at once on two servers: each passes, and the row of wrong ones ends", async () => {
  await login(one, "t8", { email: "t8@example.com" });
  const asked: Asked[] = [];
  const codes: string[] = [];
  for (let n = 0; n < 4; n++) {
    const challenge = await askedAgain(one, "t8", { device: `t8's device ${n}` });
    await challenge.send();
    asked.push(challenge);
    codes.push(one.codeFor("t8@example.com"));
  }
  for (const challenge of asked) await challenge.verify(wrongCodes(codes[0] ?? "", 9).at(-1) ?? "");
  const answers = await Promise.all(
    asked.flatMap((challenge, n) => [challenge, other(challenge)].map((to) => to.verify(codes[n] ?? ""))),
  );
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  expect(answers.filter(({ body }) => body.success === true)).toHaveLength(4);
  const [row] = await one.foundation.sql<{ failed_codes: number; codes_paused_until: number | null }[]>`
    select failed_codes, codes_paused_until from users where user_key = 't8'`;
  expect(row).toEqual({ failed_codes: 0, codes_paused_until: null });
});

test("the last wrong code before the pause and the right one of another challenge, at once: one or the other counts first", async () => {
  await one.foundation.projects.set("test", "max_failed_codes", "10");
  one.clock.advance({ seconds: 2 });
  await login(one, "t9", { email: "t9@example.com" });
  const asked: Asked[] = [];
  for (let n = 0; n < 3; n++) {
    const challenge = await askedAgain(one, "t9", { device: `t9's device ${n}` });
    await challenge.send();
    asked.push(challenge);
  }
  const [first, second, third] = asked;
  const code = one.codeFor("t9@example.com");
  const wrong = wrongCodes(code, 5);
  for (const entered of wrong) await first?.verify(entered);
  for (const entered of wrong.slice(0, 4)) await second?.verify(entered);
  const [last, right] = await Promise.all([
    second && other(second).verify(wrong[4] ?? ""),
    third?.verify(code),
  ]);
  expect(last?.body.success).toBe(false);
  if (right?.status === 200) expect(right.body.success).toBe(true);
  else expect(right?.body.reason).toBe("user_paused");
  const [row] = await one.foundation.sql<{ failed_codes: number }[]>`
    select failed_codes from users where user_key = 't9'`;
  expect(row?.failed_codes).toBe(right?.status === 200 ? 1 : 10);
  await one.foundation.projects.set("test", "max_failed_codes", "100");
});

test("at the instant of expiry 40 right codes on two servers all fail; a millisecond before it one passes", async () => {
  for (const [user, early] of [
    ["t10", 0],
    ["t11", 1],
  ] as const) {
    const challenge = await challenged(one, user);
    const sentAt = one.clock.now();
    await challenge.send();
    const code = one.codeFor(`${user}@example.com`);
    one.clock.advance({ seconds: 599 });
    one.clock.advance({ seconds: (sentAt + 600_000 - early - one.clock.now()) / 1000 });
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, n) => (n % 2 === 0 ? challenge : other(challenge)).verify(code)),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(answers.filter(({ body }) => body.success === true)).toHaveLength(early);
  }
});

test("a resend among wrong codes: it voids the code before it and gives no try back", async () => {
  const challenge = await challenged(one, "t12");
  await challenge.send();
  const former = one.codeFor("t12@example.com");
  one.clock.advance({ seconds: 30 });
  const wrong = wrongCodes(former, 3);
  const [resent, ...answers] = await Promise.all([
    challenge.send(),
    ...wrong.map((code, n) => (n % 2 === 0 ? challenge : other(challenge)).verify(code)),
  ]);
  expect(resent?.status).toBe(200);
  const lucky = answers.some(({ body }) => body.success === true);
  const latest = one.codeFor("t12@example.com");
  if (lucky || latest === former) return;
  expect((await challenge.get()).body.attempts_remaining).toBe(2);
  expect((await challenge.verify(former)).body).toMatchObject({ success: false, attempts_remaining: 1 });
  expect((await other(challenge).verify(latest)).body.success).toBe(true);
});

test("a report while the challenge is being completed: whichever is first, the report ends it, and the device is not trusted", async () => {
  const reportAttack = createReportAttack({
    clock: one.clock,
    challenges: postgresChallengeStore(one.foundation.sql),
  });
  const { projectId } = await one.foundation.projects.byName("test");
  for (let n = 0; n < 6; n++) {
    const user = `t13-${n}`;
    const challenge = await challenged(one, user);
    await challenge.send();
    await challenge.verify(one.codeFor(`${user}@example.com`));
    const key = { projectId, challengeId: challenge.id };
    const [completed] = await Promise.all([
      other(challenge).complete(),
      reportAttack(key),
      reportAttack(key),
    ]);
    if (completed.status !== 200) expect(completed.body.reason).toBe("challenge_not_verified");
    const { data } = (await one.get(`/v2/users/${user}/devices`)).body;
    expect(data).toHaveLength(1);
    const [row] = await one.foundation.sql<{ n: number }[]>`
      select count(*) as n from attack_reports where challenge_id = ${challenge.id}`;
    expect(Number(row?.n)).toBe(1);
  }
});
