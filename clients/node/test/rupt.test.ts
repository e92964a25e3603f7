import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TestClock } from "../../../test/server/test-clock.js";
import { startTestServer, type TestServer } from "../../../test/server/test-server.js";
import Rupt, { Rupt as NamedRupt, RuptError } from "../src/index.js";

const oslo = "84.208.20.110";
const california = "8.8.8.8";

let server: TestServer<TestClock>;
let rupt: Rupt;
beforeAll(async () => {
  server = await startTestServer();
  rupt = new Rupt(server.secret, { baseUrl: server.baseUrl });
});
afterAll(() => server.stop());

let users = 0;
/** A user who is challenged: known in Oslo, now with another device in California. */
async function challenged(): Promise<{ user: string; email: string; challenge_id: string }> {
  users += 1;
  // Lists are in order of time.
  server.clock.advance({ seconds: 1 });
  const user = `user-${users}`;
  const email = `${user}@example.com`;
  await rupt.evaluate({ action: "login", user, fingerprint: [`laptop-${user}`], ip: oslo, email });
  const res = await rupt.evaluate({
    action: "login",
    user,
    fingerprint: [`phone-${user}`],
    ip: california,
    email,
  });
  if (res.verdict !== "challenge") throw new Error(`not challenged but ${res.verdict}`);
  return { user, email, challenge_id: res.challenge_id };
}

async function failure(call: Promise<unknown>): Promise<RuptError> {
  const error: unknown = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof RuptError)) throw new Error("it did not throw a RuptError", { cause: error });
  return error;
}

describe("the seed's snippets", () => {
  test("evaluate, send, verify and complete run as they are written there", async () => {
    const { user, email } = await challenged();
    const REQUEST_HASH = `phone-${user}`;
    const res = await rupt.evaluate({
      action: "login",
      user,
      fingerprint: REQUEST_HASH,
      ip: california,
      email,
      phone: "+4799999999",
      metadata: {
        key: "value",
      },
    });
    expect(res).toMatchObject({
      verdict: "challenge",
      fingerprint_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      reasons: expect.arrayContaining(["new_device", "new_ip"]),
      challenge_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      metadata: { key: "value" },
    });
    if (res.verdict === "challenge") {
      const first = res.challenge_id;
      const sent = async (challenge_id: string) => {
        const { challenge_id: again } = await rupt.sendChallengeCode(challenge_id);
        return again;
      };
      const challenge_id = await sent(first);
      expect(challenge_id).toBe(first);
      const code = server.codeFor(email);
      {
        const { success } = await rupt.verifyChallengeCode(challenge_id, code);
        expect(success).toBe(true);
      }
      {
        const { success } = await rupt.completeChallenge(challenge_id);
        expect(success).toBe(true);
      }
    }
    const after = await rupt.evaluate({ action: "login", user, fingerprint: REQUEST_HASH, ip: california });
    expect(after).toMatchObject({ verdict: "allow", reasons: [] });
    expect(after.challenge_id).toBeUndefined();
  });

  test("the answer is the REST answer, word for word", async () => {
    const request = { action: "login", user: "words", fingerprint: ["a", "b"], ip: oslo };
    const headers = { "idempotency-key": "words-1" };
    const { body } = await server.post("/v2/devices/evaluate", request, headers);
    expect(await rupt.evaluate(request, { idempotencyKey: "words-1" })).toEqual(body);
  });

  test("the class is the default and a named export", () => {
    expect(NamedRupt).toBe(Rupt);
  });
});

describe("call forms", () => {
  test("objects for send and verify", async () => {
    const { email, challenge_id } = await challenged();
    const sent = await rupt.sendChallengeCode({ challenge: challenge_id, channel: "email", language: "fr" });
    expect(sent).toMatchObject({ success: true, challenge_id, channel: "email", resend_after_seconds: 30 });
    expect(sent.destination).toMatch(/^us\*+@example\.com$/);
    const code = server.codeFor(email);
    const wrong = code === "000000" ? "000001" : "000000";
    expect(await rupt.verifyChallengeCode({ challenge: challenge_id, code: wrong })).toEqual({
      success: false,
      status: "sent",
      attempts_remaining: 4,
    });
    expect(await rupt.verifyChallengeCode({ challenge: challenge_id, code })).toMatchObject({
      success: true,
    });
    expect(await rupt.verifyChallengeCode({ challenge: challenge_id, code })).toMatchObject({
      success: false,
    });
  });

  test("getChallenge and getChallenges", async () => {
    const { user, challenge_id } = await challenged();
    const challenge = await rupt.getChallenge(challenge_id);
    expect(challenge).toMatchObject({
      challenge_id,
      status: "created",
      user,
      attempts_remaining: 5,
      sends_remaining: 5,
    });
    expect(challenge.email).toMatch(/^us\*+@example\.com$/);
    const { data, total } = await rupt.getChallenges();
    expect(data[0]).toEqual(challenge);
    expect(total).toBeGreaterThanOrEqual(1);
    await challenged();
    const page = await rupt.getChallenges({ page: 2, limit: 1 });
    expect(page.data.map((entry) => entry.challenge_id)).toEqual([challenge_id]);
  });

  test.each([
    ["a string", "h"],
    ["one entry", ["h"]],
    ["no last hash", ["h", null]],
    ["a last hash that is missing", ["h", true]],
  ] as const)("fingerprint: %s is the same device", async (_, fingerprint) => {
    const user = "forms";
    const first = await rupt.evaluate({ action: "login", user, fingerprint: "h", ip: oslo });
    const again = await rupt.evaluate({ action: "login", user, fingerprint, ip: oslo });
    expect(again.fingerprint_id).toBe(first.fingerprint_id);
  });

  test("what is undefined is left out", async () => {
    const res = await rupt.evaluate({ action: "login", user: "sparse", ip: undefined, email: undefined });
    expect(res.reasons).toContain("first_seen_user");
  });
});

describe("errors", () => {
  test("a wrong secret", async () => {
    const stranger = new Rupt("not-the-secret-of-anybody-0123456789", { baseUrl: server.baseUrl });
    expect(await failure(stranger.getChallenges())).toMatchObject({
      name: "RuptError",
      code: "unauthenticated",
      reason: "wrong_secret",
      retryable: false,
      requestId: expect.any(String),
    });
  });

  test("fields are named with what was expected", async () => {
    const error = await failure(rupt.evaluate({ action: "Log In", user: "u", ip: "1.2.3" }));
    expect(error).toMatchObject({ code: "invalid_argument", reason: "invalid_field", retryable: false });
    expect(error.details.map(({ field }) => field)).toContain("action");
    expect(error.details[0]?.description).toBeTruthy();
  });

  test("a foreign, an unknown and a malformed id", async () => {
    const { challenge_id } = await challenged();
    const other = await startTestServer({ databaseUrl: server.databaseUrl, clock: server.clock });
    try {
      const foreign = new Rupt(other.secret, { baseUrl: server.baseUrl });
      const unknown = "00000000-0000-7000-8000-000000000000";
      const answers = [
        await failure(foreign.getChallenge(challenge_id)),
        await failure(rupt.getChallenge(unknown)),
      ];
      for (const { code, reason, message } of answers) {
        expect({ code, reason, message }).toEqual({
          code: "not_found",
          reason: "challenge_not_found",
          message: answers[0]?.message,
        });
      }
    } finally {
      await other.stop();
    }
    expect(await failure(rupt.sendChallengeCode("../../devices/evaluate"))).toMatchObject({
      reason: "invalid_field",
    });
  });

  test("too soon says how long to wait", async () => {
    const { challenge_id } = await challenged();
    await rupt.sendChallengeCode(challenge_id);
    expect(await failure(rupt.sendChallengeCode(challenge_id))).toMatchObject({
      code: "resource_exhausted",
      reason: "resend_too_soon",
      retryable: true,
      retryAfterSeconds: 30,
    });
    server.clock.advance({ seconds: 30 });
    expect((await rupt.sendChallengeCode(challenge_id)).success).toBe(true);
  });

  test("complete before verify", async () => {
    const { challenge_id } = await challenged();
    expect(await failure(rupt.completeChallenge(challenge_id))).toMatchObject({
      code: "failed_precondition",
      reason: "challenge_not_verified",
      retryable: false,
    });
  });

  test("a code of letters", async () => {
    const { challenge_id } = await challenged();
    expect(await failure(rupt.verifyChallengeCode(challenge_id, "abcdef"))).toMatchObject({
      reason: "invalid_field",
    });
  });

  test("arguments that cannot be send nothing", async () => {
    const offline = new Rupt("secret", { baseUrl: "http://127.0.0.1:1", retries: 0 });
    const cases = [
      offline.sendChallengeCode(""),
      offline.verifyChallengeCode("id", 123456 as never),
      offline.completeChallenge(undefined as never),
      offline.sendChallengeCode(null as never),
      offline.verifyChallengeCode(undefined as never, "123456"),
      offline.verifyChallengeCode({ challenge: "id" } as never),
      offline.evaluate({ action: "login", user: "u", metadata: { big: 1n } }),
    ];
    for (const call of cases) expect(await failure(call)).toMatchObject({ reason: "invalid_use" });
  });

  test("the same idempotency key with another request", async () => {
    const options = { idempotencyKey: "one-attempt" };
    const first = await rupt.evaluate({ action: "login", user: "idem", ip: oslo }, options);
    const again = await rupt.evaluate({ action: "login", user: "idem", ip: oslo }, options);
    expect(again.evaluation_id).toBe(first.evaluation_id);
    const other = rupt.evaluate({ action: "login", user: "other", ip: oslo }, options);
    expect(await failure(other)).toMatchObject({
      code: "already_exists",
      reason: "idempotency_conflict",
      retryable: false,
    });
  });
});

describe("construction", () => {
  test.each([
    ["secret", "", {}],
    ["secret", "two words", {}],
    ["baseUrl", "s", { baseUrl: "rupt.example.com" }],
    ["baseUrl", "s", { baseUrl: "ftp://rupt.example.com" }],
    ["baseUrl", "s", { baseUrl: "https://user:pass@rupt.example.com" }],
    ["baseUrl", "s", { baseUrl: "https://rupt.example.com/?a=b" }],
    ["timeoutMs", "s", { timeoutMs: 0 }],
    ["timeoutMs", "s", { timeoutMs: 1.5 }],
    ["retries", "s", { retries: -1 }],
    ["onUnavailable", "s", { onUnavailable: "maybe" as never }],
  ])("refuses %s %j %j", (field, secret, options) => {
    expect(() => new Rupt(secret, options)).toThrow(
      expect.objectContaining({ reason: "invalid_use", details: [expect.objectContaining({ field })] }),
    );
  });

  test("no print of the object shows the secret", () => {
    expect(inspect(rupt, { showHidden: true, depth: 9 })).not.toContain(server.secret);
    expect(JSON.stringify(rupt)).toBe("{}");
  });

  test("RUPT_BASE_URL is the default address", async () => {
    process.env.RUPT_BASE_URL = `${server.baseUrl}/`;
    try {
      expect((await new Rupt(server.secret).getChallenges()).total).toBeGreaterThanOrEqual(0);
    } finally {
      delete process.env.RUPT_BASE_URL;
    }
  });
});
