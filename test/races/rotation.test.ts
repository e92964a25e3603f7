import { afterAll, beforeAll, expect, test } from "vitest";
import type { TestClock } from "../server/test-clock.js";
import {
  nextMasterKey as newKey,
  type RestAnswer,
  startTestServer,
  type TestServer,
  testMasterKey,
} from "../server/test-server.js";
import { startTwin } from "./twin.js";

/** A server with the old key alone, and what it answered before the rotation. */
let before: TestServer<TestClock>;
let loggedIn: RestAnswer;
let signedUp: RestAnswer;
/** Servers in the middle of a rotation: the new key behind the old one, and in front of it. */
let behind: TestServer<TestClock>;
let inFront: TestServer<TestClock>;
beforeAll(async () => {
  before = await startTestServer();
  loggedIn = await evaluate(before, login("k1"), "repeated");
  signedUp = await evaluate(before, signup);
  behind = await startTwin(before, { MASTER_KEYS: `${testMasterKey},${newKey}` });
  inFront = await startTwin(before, { MASTER_KEYS: `${newKey},${testMasterKey}` });
});
afterAll(async () => {
  await inFront.stop();
  await behind.stop();
  await before.stop();
});

function evaluate(
  server: TestServer<TestClock>,
  attempt: object,
  idempotencyKey?: string,
): Promise<RestAnswer> {
  return server.post(
    "/v2/evaluate",
    attempt,
    idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey },
  );
}

const login = (user: string) => ({ action: "login", user, fingerprint: "laptop", ip: "84.208.20.110" });
const signup = { action: "signup", email: "ann@example.com", fingerprint: "tablet", ip: "84.208.20.111" };
const total = async (user: string) => (await inFront.get(`/v2/evaluations?user=${user}`)).body.total;

test("a call that is repeated across each step of a rotation is judged once", async () => {
  for (const server of [behind, inFront]) {
    expect((await evaluate(server, login("k1"), "repeated")).body).toMatchObject({
      evaluation_id: loggedIn.body.evaluation_id,
    });
    const other = await evaluate(server, login("somebody else"), "repeated");
    expect(other.body.reason).toBe("idempotency_conflict");
  }
  expect(await total("k1")).toBe(1);
});

test("a key is known whichever order it was claimed under, and may be claimed anew after a day", async () => {
  const first = await evaluate(inFront, login("k2"), "forth");
  expect((await evaluate(behind, login("k2"), "forth")).body).toMatchObject({
    evaluation_id: first.body.evaluation_id,
  });
  before.clock.advance({ days: 1, seconds: 1 });
  const later = await evaluate(inFront, login("k2"), "forth");
  expect(later.status).toBe(200);
  expect(later.body.evaluation_id).not.toBe(first.body.evaluation_id);
  expect((await evaluate(behind, login("k2"), "forth")).body.evaluation_id).toBe(later.body.evaluation_id);
});

test("the same call at once on servers of both steps is judged once", async () => {
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, n) => evaluate(n % 2 === 0 ? behind : inFront, login("k3"), "at-once")),
  );
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  expect(new Set(answers.map(({ body }) => body.evaluation_id)).size).toBe(1);
  expect(await total("k3")).toBe(1);
});

test("a signup without a user keeps its history while both keys are set", async () => {
  expect(signedUp.body.reasons).toContain("first_seen_user");
  for (const server of [behind, inFront, behind]) {
    const again = await evaluate(server, signup);
    expect(again.body).toMatchObject({ verdict: "allow", fingerprint_id: signedUp.body.fingerprint_id });
    expect(again.body.reasons).not.toContain("first_seen_user");
    before.clock.advance({ seconds: 30 });
  }
  const fresh = { ...signup, email: "new@example.com" };
  expect((await evaluate(inFront, fresh)).body.reasons).toContain("first_seen_user");
  before.clock.advance({ seconds: 30 });
  expect((await evaluate(behind, fresh)).body.reasons).not.toContain("first_seen_user");
});
