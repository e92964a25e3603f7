import { afterAll, beforeAll, expect, test } from "vitest";
import { newId } from "../../server/ids.js";
import { completed } from "../../server/risk/history.js";
import { postgresChallengeStore } from "../../server/store/postgres/postgres-challenge-store.js";
import { postgresUserStore } from "../../server/store/postgres/postgres-user-store.js";
import { untilWaiting } from "../postgres/until-waiting.js";
import type { TestClock } from "../server/test-clock.js";
import { type RestAnswer, rest, startTestServer, type TestServer } from "../server/test-server.js";
import { type Asked, california, challenged, challengeOf, login } from "../server/user-calls.js";
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

const erase = (user: string): Promise<RestAnswer> =>
  rest(`${one.baseUrl}/v2/users/${user}`, {
    method: "DELETE",
    headers: { authorization: `Bearer ${one.secret}` },
  });

/** Rows that speak of a user or of one of the evaluations. */
async function traces(user: string, evaluations: readonly string[]): Promise<number> {
  const [row] = await one.foundation.sql<{ n: number }[]>`
    select (select count(*) from users where user_key = ${user})
      + (select count(*) from challenges where user_key = ${user})
      + (select count(*) from evaluations where user_key = ${user})
      + (select count(*) from notices where evaluation_id = any (${[...evaluations]}::uuid[]))
      + (select count(*) from deliveries d where not exists (
          select from challenges c where c.project_id = d.project_id and c.challenge_id = d.challenge_id)) as n`;
  return Number(row?.n);
}

async function evaluationsOf(user: string): Promise<readonly string[]> {
  const rows = await one.foundation.sql<{ evaluation_id: string }[]>`
    select evaluation_id from evaluations where user_key = ${user}`;
  return rows.map(({ evaluation_id }) => evaluation_id);
}

async function verified(user: string): Promise<Asked> {
  const challenge = await challenged(one, user);
  await challenge.send();
  await challenge.verify(one.codeFor(`${user}@example.com`));
  return challenge;
}

test("a user is erased while a challenge is completed on another server: nothing is left, and the device is trusted no more", async () => {
  for (let n = 0; n < 8; n++) {
    const user = `e${n}`;
    const challenge = await verified(user);
    const evaluations = await evaluationsOf(user);
    const complete = () => challengeOf(two, challenge.id).complete();
    const ahead = n % 2 === 0 ? erase(user) : undefined;
    const [completion, erased] = await Promise.all([complete(), ahead ?? erase(user)]);
    expect(erased.status).toBe(200);
    expect([200, 404]).toContain(completion.status);
    await Promise.all([one.app.settled(), two.app.settled()]);
    expect(await traces(user, evaluations)).toBe(0);
    const again = await login(one, user, { device: `${user}'s phone`, ip: california });
    expect(again.body.reasons).toContain("first_seen_user");
  }
});

test("an erasure that waits for a completion takes what that one leaves behind, its notice with the contact, too", async () => {
  const challenge = await verified("e-waits");
  const evaluations = await evaluationsOf("e-waits");
  const { sql, projects } = one.foundation;
  const { projectId } = await projects.byName("test");
  const challenges = postgresChallengeStore(sql);
  const key = { projectId, challengeId: challenge.id };
  const found = await challenges.findCompletion(key);
  if (found === undefined) throw new Error("there is no such challenge");

  const outcome = await sql.begin(async (holder) => {
    await holder`select from users where user_key = 'e-waits' for update`;
    const now = one.clock.now();
    const completion = challenges.complete({
      ...key,
      now,
      userKey: "e-waits",
      userVersion: found.userVersion,
      history: completed(found.history, { ...found.lesson, at: now }),
      notice: {
        projectId,
        noticeId: newId(now),
        kind: "was_this_you",
        channel: "email",
        contact: "sealed",
        language: undefined,
        evaluationId: found.challenge.evaluationId,
        challengeId: challenge.id,
        changed: undefined,
        createdAt: now,
      },
    });
    await untilWaiting(sql);
    const erasure = postgresUserStore(sql).erase(projectId, "e-waits");
    await untilWaiting(sql, 2);
    return { completion, erasure };
  });
  expect(await outcome.completion).toBe(true);
  expect(await outcome.erasure).toBe(true);
  expect(await traces("e-waits", evaluations)).toBe(0);
});
