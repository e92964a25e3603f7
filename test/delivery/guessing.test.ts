import { afterAll, beforeAll, expect, test } from "vitest";
import type { TestClock } from "../server/test-clock.js";
import { startTestServer, type TestServer } from "../server/test-server.js";
import { ask, codeIn, otherThan, type Person } from "./flow.js";
import { type SmsServer, startTwilio } from "./sms-server.js";

let twilio: SmsServer;
let server: TestServer<TestClock>;
let second: TestServer<TestClock>;
beforeAll(async () => {
  twilio = await startTwilio();
  const options = { env: { SMS_URL: twilio.url } };
  server = await startTestServer(options);
  second = await startTestServer({ ...options, clock: server.clock, databaseUrl: server.databaseUrl });
  await server.foundation.projects.set("test", "max_unused_messages", "100");
});
afterAll(async () => {
  await second.stop();
  await server.stop();
  await twilio.close();
});

/** Guesses at both servers at once; answers how many guesses were looked at. */
async function guess(challengeId: string, guesses: readonly string[]): Promise<number> {
  const before = (await server.get(`/v2/challenges/${challengeId}`)).body.attempts_remaining;
  const answers = await Promise.all(
    guesses.map((code, index) =>
      (index % 2 === 0 ? server : second).post(
        `/v2/challenges/${challengeId}/verify`,
        { code },
        { authorization: `Bearer ${server.secret}` },
      ),
    ),
  );
  expect(answers.some(({ body }) => body.success === true)).toBe(false);
  return before - (await server.get(`/v2/challenges/${challengeId}`)).body.attempts_remaining;
}

const wrongCodes = (right: string, count: number) =>
  Array.from({ length: count }, (_, index) =>
    String((Number(right) + 1 + index) % 1_000_000).padStart(6, "0"),
  );

test("a guessing bot at full speed gets 5 guesses of a challenge and 100 in a row of a user", async () => {
  const victim: Person = { user: "victim", phone: "+4790000001" };
  let counted = 0;
  let challenges = 0;
  let paused = false;
  while (!paused && challenges < 40) {
    challenges += 1;
    const asked = await ask(server, victim);
    const sent = await asked.send();
    if (sent.status !== 200) {
      expect(sent.body.reason).toBe("user_paused");
      expect(Number(sent.headers.get("retry-after"))).toBe(30);
      paused = true;
      break;
    }
    const right = codeIn(twilio.taken.at(-1)?.text);
    const looked = await guess(asked.challengeId, wrongCodes(right, 30));
    expect(looked).toBeLessThanOrEqual(5);
    counted += looked;
    // The right code comes too late for this challenge.
    expect((await asked.verify(right)).body.success).not.toBe(true);
  }
  expect(paused).toBe(true);
  expect(counted).toBe(100);

  // After the wait there is one more guess, then a longer wait.
  server.clock.advance({ seconds: 30 });
  const asked = await ask(server, victim);
  expect((await asked.send()).status).toBe(200);
  const right = codeIn(twilio.taken.at(-1)?.text);
  expect(await guess(asked.challengeId, wrongCodes(right, 30))).toBe(1);
  const refused = await asked.verify(right);
  expect(refused.body.reason).toBe("user_paused");
  expect(Number(refused.headers.get("retry-after"))).toBe(60);

  // The owner's right code, after the wait, ends it.
  server.clock.advance({ seconds: 60 });
  expect((await asked.verify(right)).body.success).toBe(true);
  const next = await ask(server, victim);
  expect((await next.send()).status).toBe(200);
  expect((await next.verify(otherThan(codeIn(twilio.taken.at(-1)?.text)))).body.attempts_remaining).toBe(4);
});
