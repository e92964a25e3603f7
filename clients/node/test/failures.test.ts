import { afterEach, describe, expect, test } from "vitest";
import { startTestServer } from "../../../test/server/test-server.js";
import { makeCall, type Timing } from "../src/call.js";
import { Rupt, RuptError, type RuptOptions } from "../src/index.js";
import { readOptions } from "../src/options.js";
import type { Call } from "../src/try.js";
import { type Fault, type FaultyServer, loseAnswerOf, passTo, startFaultyServer } from "./faulty-server.js";

const allow = { verdict: "allow", reasons: [], signals: [], evaluation_id: "e", score: 0 };
const ok: Fault = { status: 200, body: allow };
const attempt = { action: "login", user: "u" };
const unavailable: Fault = {
  status: 503,
  body: {
    code: "unavailable",
    message: "no database",
    reason: "database_unavailable",
    request_id: "r1",
    details: [],
  },
};

const servers: FaultyServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});
async function meeting(...faults: readonly [Fault, ...Fault[]]): Promise<FaultyServer> {
  const server = await startFaultyServer(...faults);
  servers.push(server);
  return server;
}

async function failure(call: Promise<unknown>): Promise<RuptError> {
  const error: unknown = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof RuptError)) throw new Error("it did not throw a RuptError", { cause: error });
  return error;
}

/** Time that passes only by waiting; what was waited is noted. */
function stillTiming(): Timing & { readonly waits: number[] } {
  const waits: number[] = [];
  let now = 0;
  return {
    waits,
    now: () => now,
    random: () => 1,
    sleep: async (ms) => {
      waits.push(ms);
      now += ms;
    },
  };
}

const reading: Call = { verb: "GET", path: "/v2/challenges", repeat: "always" };
const call = (baseUrl: string, timing: Timing, options: RuptOptions = {}) =>
  makeCall(readOptions("secret", { baseUrl, ...options }), reading, undefined, timing);

describe("retries", () => {
  test("evaluate is repeated with the same idempotency key, which differs from call to call", async () => {
    const server = await meeting("cut", unavailable, ok);
    const rupt = new Rupt("secret", { baseUrl: server.baseUrl });
    expect(await rupt.evaluate(attempt)).toEqual(allow);
    await rupt.evaluate(attempt);
    const keys = server.seen.map(({ headers }) => headers["idempotency-key"]);
    expect(keys).toHaveLength(4);
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(new Set(keys.slice(0, 3)).size).toBe(1);
    expect(keys[3]).not.toBe(keys[0]);
  });

  test("an evaluation whose answer was lost is not judged twice", async () => {
    const real = await startTestServer();
    try {
      const lossy = await meeting(loseAnswerOf(real.baseUrl), passTo(real.baseUrl));
      const rupt = new Rupt(real.secret, { baseUrl: lossy.baseUrl });
      const { evaluation_id } = await rupt.evaluate({ action: "login", user: "once", ip: "84.208.20.110" });
      expect(lossy.seen).toHaveLength(2);
      const { body } = await real.get("/v2/evaluations?user=once");
      expect(body.data.map((entry: { evaluation_id: string }) => entry.evaluation_id)).toEqual([
        evaluation_id,
      ]);
    } finally {
      await real.stop();
    }
  });

  test("a code whose answer was lost is not tried twice, nor sent twice", async () => {
    const server = await meeting("cut");
    const rupt = new Rupt("secret", { baseUrl: server.baseUrl });
    expect(await failure(rupt.verifyChallengeCode("id", "123456"))).toMatchObject({
      reason: "unreachable",
      retryable: false,
    });
    expect(server.seen).toHaveLength(1);
    expect(await failure(rupt.sendChallengeCode("id"))).toMatchObject({
      reason: "unreachable",
      retryable: false,
    });
    expect(server.seen).toHaveLength(2);
  });

  test.each(["database_unavailable", "internal"])("nor after %s", async (reason) => {
    const body = { code: "unavailable", message: "m", reason, request_id: "r", details: [] };
    const server = await meeting({ status: 503, body });
    await failure(new Rupt("secret", { baseUrl: server.baseUrl }).verifyChallengeCode("id", "123456"));
    expect(server.seen).toHaveLength(1);
  });

  test.each(["shutting_down", "delivery_failed", "conflict"])(
    "it is repeated after %s: nothing was done",
    async (reason) => {
      const body = { code: "unavailable", message: "m", reason, request_id: "r", details: [] };
      const server = await meeting({ status: 503, body }, { status: 200, body: { success: true } });
      expect(await new Rupt("secret", { baseUrl: server.baseUrl }).sendChallengeCode("id")).toEqual({
        success: true,
      });
      expect(server.seen).toHaveLength(2);
    },
  );

  test.each([400, 401, 403, 404, 500])("nothing is repeated after %d", async (status) => {
    const server = await meeting({ status, body: "<h1>no</h1>" });
    expect(await failure(new Rupt("secret", { baseUrl: server.baseUrl }).evaluate(attempt))).toMatchObject({
      reason: "unexpected_answer",
      retryable: false,
    });
    expect(server.seen).toHaveLength(1);
  });

  test("waits grow, and end with the number of retries", async () => {
    const server = await meeting(unavailable);
    const timing = stillTiming();
    const error = await failure(call(server.baseUrl, timing, { retries: 3 }));
    expect(error).toMatchObject({
      code: "unavailable",
      reason: "database_unavailable",
      requestId: "r1",
      retryable: true,
    });
    expect(timing.waits).toEqual([100, 200, 400]);
    expect(server.seen).toHaveLength(4);
  });

  test("Retry-After is honoured", async () => {
    const body = {
      code: "resource_exhausted",
      message: "m",
      reason: "overloaded",
      request_id: "r",
      details: [],
    };
    const busy: Fault = { status: 429, body, headers: { "retry-after": "1" } };
    const server = await meeting(busy, { status: 200, body: { data: [], total: 0 } });
    const timing = stillTiming();
    expect(await call(server.baseUrl, timing)).toEqual({ data: [], total: 0 });
    expect(timing.waits).toEqual([1_100]);
  });

  test("a long Retry-After is passed on instead", async () => {
    const body = {
      code: "resource_exhausted",
      message: "m",
      reason: "user_paused",
      request_id: "r",
      details: [],
    };
    const server = await meeting({ status: 429, body, headers: { "retry-after": "60" } });
    const timing = stillTiming();
    expect(await failure(call(server.baseUrl, timing))).toMatchObject({
      retryable: true,
      retryAfterSeconds: 60,
    });
    expect(timing.waits).toEqual([]);
  });

  test("retries: 0 repeats nothing", async () => {
    const server = await meeting(unavailable);
    await failure(new Rupt("secret", { baseUrl: server.baseUrl, retries: 0 }).evaluate(attempt));
    expect(server.seen).toHaveLength(1);
  });
});

describe("no answer", () => {
  test("a server that hangs once is asked again within the time", async () => {
    const server = await meeting("hang", ok);
    const rupt = new Rupt("secret", { baseUrl: server.baseUrl, timeoutMs: 2_000 });
    expect(await rupt.evaluate(attempt)).toEqual(allow);
    expect(server.seen).toHaveLength(2);
  });

  test("a server that hangs", async () => {
    const server = await meeting("hang");
    const rupt = new Rupt("secret", { baseUrl: server.baseUrl, timeoutMs: 100 });
    expect(await failure(rupt.evaluate(attempt))).toMatchObject({
      code: "deadline_exceeded",
      reason: "timed_out",
      retryable: true,
    });
    expect(await failure(rupt.verifyChallengeCode("id", "123456"))).toMatchObject({
      reason: "timed_out",
      retryable: false,
    });
  });

  test("a body that never ends", async () => {
    const server = await meeting(async (_, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.write('{"verdict":"allow"');
    });
    const rupt = new Rupt("secret", { baseUrl: server.baseUrl, timeoutMs: 200, retries: 0 });
    expect(await failure(rupt.evaluate(attempt))).toMatchObject({ reason: "timed_out" });
  });

  test("nobody listens: nothing was sent, so even verify may be repeated", async () => {
    const server = await meeting(ok);
    await server.stop();
    const rupt = new Rupt("secret", { baseUrl: server.baseUrl });
    expect(await failure(rupt.verifyChallengeCode("id", "123456"))).toMatchObject({
      code: "unavailable",
      reason: "unreachable",
      retryable: true,
      requestId: undefined,
    });
  });

  test("aborted by the caller", async () => {
    const server = await meeting("hang");
    const controller = new AbortController();
    const pending = failure(
      new Rupt("secret", { baseUrl: server.baseUrl }).evaluate(attempt, { signal: controller.signal }),
    );
    controller.abort();
    expect(await pending).toMatchObject({ code: "canceled", reason: "aborted", retryable: false });
    expect(
      await failure(
        new Rupt("secret", { baseUrl: server.baseUrl }).evaluate(attempt, { signal: AbortSignal.abort() }),
      ),
    ).toMatchObject({ reason: "aborted" });
  });
});

describe("an answer that is not Rupt's never lets anybody in", () => {
  test.each<[string, Fault]>([
    ["a page", { status: 200, body: "<html>Welcome</html>" }],
    ["an empty body", { status: 200 }],
    ["a list", { status: 200, body: [allow] }],
    ["no verdict", { status: 200, body: {} }],
    ["a verdict that is no word", { status: 200, body: { ...allow, verdict: ["allow"] } }],
    ["a challenge without its id", { status: 200, body: { ...allow, verdict: "challenge" } }],
    ["no content", { status: 204 }],
  ])("%s", async (_, fault) => {
    const server = await meeting(fault);
    const rupt = new Rupt("secret", { baseUrl: server.baseUrl, onUnavailable: "allow" });
    expect(await failure(rupt.evaluate(attempt))).toMatchObject({
      reason: "unexpected_answer",
      retryable: false,
    });
  });

  test.each([
    { what: "without a challenge", sent: { verdict: "review" }, verdict: "deny" },
    { what: "with one", sent: { verdict: "review", challenge_id: "c" }, verdict: "challenge" },
    { what: "with an id that is none", sent: { verdict: "review", challenge_id: null }, verdict: "deny" },
    { what: "out of Object's prototype", sent: { verdict: "constructor" }, verdict: "deny" },
    { what: "of no letters", sent: { verdict: "" }, verdict: "deny" },
  ])("a verdict of a later release $what counts as $verdict", async ({ sent, verdict }) => {
    const server = await meeting({ status: 200, body: { ...allow, ...sent } });
    const rupt = new Rupt("secret", { baseUrl: server.baseUrl, onUnavailable: "allow" });
    const judged = await rupt.evaluate(attempt);
    expect(judged).toMatchObject({ verdict, evaluation_id: "e" });
    expect(judged.unavailable).toBeUndefined();
  });

  test("a redirect is not followed, so the secret stays", async () => {
    const elsewhere = await meeting(ok);
    const server = await meeting({
      status: 307,
      headers: { location: `${elsewhere.baseUrl}/v2/devices/evaluate` },
    });
    await failure(new Rupt("secret", { baseUrl: server.baseUrl }).evaluate(attempt));
    expect(elsewhere.seen).toEqual([]);
  });

  test("an error's text is not made of headers or secrets", async () => {
    const server = await meeting({ status: 502, body: "bad gateway" });
    const error = await failure(
      new Rupt("the-secret-itself", { baseUrl: server.baseUrl, retries: 0 }).evaluate(attempt),
    );
    expect(`${error.stack} ${JSON.stringify(error)}`).not.toContain("the-secret-itself");
  });
});

describe("onUnavailable", () => {
  const words = ["allow", "challenge", "deny"] as const;

  test.each(words)("%s stands in when nobody listens, with what happened", async (onUnavailable) => {
    const rupt = new Rupt("secret", { baseUrl: "http://127.0.0.1:1", retries: 0, onUnavailable });
    const res = await rupt.evaluate(attempt);
    expect(res).toMatchObject({ verdict: onUnavailable, reasons: [], unavailable: expect.any(RuptError) });
    expect(res.challenge_id).toBeUndefined();
  });

  test.each<[string, Fault]>([
    ["no answer in time", "hang"],
    ["a gateway's error", { status: 502, body: "bad gateway" }],
    ["no database", unavailable],
  ])("%s", async (_, fault) => {
    const server = await meeting(fault);
    const options = { baseUrl: server.baseUrl, retries: 0, timeoutMs: 1_000 };
    expect(await new Rupt("secret", { ...options, onUnavailable: "deny" }).evaluate(attempt)).toMatchObject({
      verdict: "deny",
    });
    expect((await failure(new Rupt("secret", options).evaluate(attempt))).retryable).toBe(true);
  });

  test.each<[string, number, unknown]>([
    ["a wrong secret", 401, { code: "unauthenticated", reason: "wrong_secret", message: "m", details: [] }],
    [
      "a refused field",
      400,
      { code: "invalid_argument", reason: "invalid_field", message: "m", details: [] },
    ],
    ["a fault of the server", 500, { code: "internal", reason: "internal", message: "m", details: [] }],
    ["a page that is not there", 404, "not found"],
  ])("%s is thrown whatever the option says", async (_, status, body) => {
    const server = await meeting({ status, body });
    for (const onUnavailable of words)
      expect(
        await failure(new Rupt("secret", { baseUrl: server.baseUrl, onUnavailable }).evaluate(attempt)),
      ).toBeInstanceOf(RuptError);
  });

  test("only evaluate has a stand-in", async () => {
    const rupt = new Rupt("secret", { baseUrl: "http://127.0.0.1:1", retries: 0, onUnavailable: "allow" });
    expect(await failure(rupt.verifyChallengeCode("id", "123456"))).toMatchObject({ reason: "unreachable" });
    expect(await failure(rupt.completeChallenge("id"))).toMatchObject({ reason: "unreachable" });
  });
});
