import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TestClock } from "../../../test/server/test-clock.js";
import { startTestServer, type TestServer } from "../../../test/server/test-server.js";
import { ChallengeStatus, connectErrorOf, createConnectClients, Verdict } from "../src/connect.js";

let server: TestServer<TestClock>;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

describe.each([
  { name: "binary", binary: true },
  { name: "JSON", binary: false },
])("generated clients over Connect, $name", ({ name, binary }) => {
  const open = () => createConnectClients(server.secret, { baseUrl: server.baseUrl, binary });

  test("evaluate, send, verify, complete", async () => {
    const { evaluations, challenges, users } = open();
    const user = `connect-${name}`;
    const email = `${user}@example.com`;
    const known = { action: "login", user, fingerprint: [`laptop-${name}`], ip: "84.208.20.110", email };
    expect((await evaluations.evaluate(known)).verdict).toBe(Verdict.ALLOW);
    const { verdict, challengeId = "" } = await evaluations.evaluate({
      ...known,
      fingerprint: [`phone-${name}`],
      ip: "8.8.8.8",
    });
    expect(verdict).toBe(Verdict.CHALLENGE);
    await challenges.sendChallenge({ challengeId });
    const verified = await challenges.verifyChallenge({ challengeId, code: server.codeFor(email) });
    expect(verified).toMatchObject({ success: true, status: ChallengeStatus.VERIFIED });
    expect((await challenges.completeChallenge({ challengeId })).success).toBe(true);
    expect((await users.listDevices({ user })).total).toBe(2);
  });

  test("errors carry reason, request id and fields", async () => {
    const error = connectErrorOf(
      await open()
        .evaluations.evaluate({ action: "Log In", user: "u" })
        .catch((thrown) => thrown),
    );
    expect(error).toMatchObject({ code: "invalid_argument", reason: "invalid_field", retryable: false });
    expect(error.details).toEqual([{ field: "action", description: expect.any(String) }]);
    expect(error.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });
});

test("nobody listens", async () => {
  const { challenges } = createConnectClients("secret", { baseUrl: "http://127.0.0.1:1" });
  expect(connectErrorOf(await challenges.listChallenges({}).catch((thrown) => thrown))).toMatchObject({
    code: "unavailable",
    reason: "unreachable",
    retryable: true,
  });
});
