import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TestClock } from "../server/test-clock.js";
import { rest, startTestServer, type TestServer } from "../server/test-server.js";
import { expectError, rowCounts } from "./expect-error.js";

let server: TestServer<TestClock>;
let before: unknown;
/** A challenge of this project that waits for a code, and one of another project. */
let challengeId: string;
let foreignId: string;

const oslo = "84.208.20.110";
const attempt = { action: "login", user: "u", fingerprint: "print", ip: oslo };

async function openChallenge(secret: string, user: string): Promise<string> {
  const login = (fingerprint: string, ip: string) =>
    rest(`${server.baseUrl}/v2/evaluate`, {
      method: "POST",
      headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
      body: JSON.stringify({ action: "login", user, fingerprint, ip, email: "ann@example.com" }),
    });
  await login(`${user}-laptop`, oslo);
  return (await login(`${user}-phone`, "8.8.8.8")).body.challenge_id;
}

beforeAll(async () => {
  server = await startTestServer();
  challengeId = await openChallenge(server.secret, "owner");
  const { secret } = await server.foundation.projects.create("another");
  foreignId = await openChallenge(secret, "stranger");
  before = await rowCounts(server);
});
afterAll(async () => {
  // None of the refused calls of this file has left a trace.
  expect(await rowCounts(server)).toEqual(before);
  expect((await server.get(`/v2/challenges/${challengeId}`)).body.attempts_remaining).toBe(5);
  await server.stop();
});

const nested = (levels: number): unknown => (levels === 0 ? 1 : { in: nested(levels - 1) });

describe("evaluate refuses", () => {
  test.each<[string, object, string]>([
    ["no action", { action: undefined }, "action"],
    ["an empty action", { action: "" }, "action"],
    ["an action with capitals", { action: "Login" }, "action"],
    ["an action of 65 characters", { action: "a".repeat(65) }, "action"],
    ["an action that is a number", { action: 1 }, "action"],
    ["no user", { user: undefined }, "user"],
    ["null for a user", { user: null }, "user"],
    ["an empty user", { user: "" }, "user"],
    ["a user that is a number", { user: 42 }, "user"],
    ["a user of 257 characters", { user: "u".repeat(257) }, "user"],
    ["a NUL in the user", { user: "a\0b" }, "user"],
    ["a line break in the user", { user: "a\nb" }, "user"],
    ["half a surrogate pair in the user", { user: "a\ud800b" }, "user"],
    ["a fingerprint that is a number", { fingerprint: 7 }, "fingerprint"],
    ["a fingerprint that is true", { fingerprint: true }, "fingerprint"],
    ["a fingerprint that is an object", { fingerprint: { length: 1, 0: "x" } }, "fingerprint"],
    ["a false among the hashes", { fingerprint: ["h", false] }, "fingerprint"],
    ["a list among the hashes", { fingerprint: ["h", ["i"]] }, "fingerprint"],
    ["65 hashes", { fingerprint: Array(65).fill("h") }, "fingerprint"],
    ["a hash of 4097 characters", { fingerprint: ["h", "x".repeat(4097)] }, "fingerprint[1]"],
    ["16385 characters of hashes", { fingerprint: [...Array(4).fill("x".repeat(4096)), "y"] }, "fingerprint"],
    ["a NUL in a hash", { fingerprint: ["\0"] }, "fingerprint[0]"],
    ["a last_fingerprint of 4097 characters", { last_fingerprint: "x".repeat(4097) }, "last_fingerprint"],
    ["an ip with a port", { ip: "84.208.20.110:443" }, "ip"],
    ["an ip with a prefix length", { ip: "84.208.20.0/24" }, "ip"],
    ["an ip of three parts", { ip: "84.208.20" }, "ip"],
    ["an ip with octal parts", { ip: "0124.0320.20.110" }, "ip"],
    ["an ip with a zone", { ip: "fe80::1%eth0" }, "ip"],
    ["an ip with a space", { ip: " 84.208.20.110" }, "ip"],
    ["an ip that is a number", { ip: 1_423_971_438 }, "ip"],
    ["a host name for an ip", { ip: "localhost" }, "ip"],
    ["an e-mail without @", { email: "ann" }, "email"],
    ["an e-mail with a line break", { email: "ann@example.com\nbcc:eve@example.com" }, "email"],
    ["an e-mail of 321 characters", { email: `${"a".repeat(310)}@example.com` }, "email"],
    ["two e-mails", { email: "ann@example.com,eve@example.com@x" }, "email"],
    ["a phone of letters", { phone: "call me" }, "phone"],
    ["a phone of four digits", { phone: "1234" }, "phone"],
    ["a phone of 33 characters", { phone: `+47${" ".repeat(25)}12345` }, "phone"],
    ["metadata that is a list", { metadata: [1] }, "metadata"],
    ["metadata that is a string", { metadata: "{}" }, "metadata"],
    ["metadata of 33 levels", { metadata: nested(33) }, "metadata"],
    ["metadata of 2000 levels", { metadata: nested(2000) }, "metadata"],
    ["metadata above 8 KiB", { metadata: { text: "x".repeat(8_182) } }, "metadata"],
    ["metadata above 8 KiB in bytes", { metadata: { text: "ü".repeat(4_096) } }, "metadata"],
    ["a NUL in a value of metadata", { metadata: { a: ["\0"] } }, "metadata"],
    ["a NUL in a key of metadata", { metadata: { a: { "\0": 1 } } }, "metadata"],
    ["half a surrogate pair in metadata", { metadata: { a: "\udc00" } }, "metadata"],
    ["a user agent of 1025 characters", { user_agent: "x".repeat(1025) }, "user_agent"],
    ["an unknown outcome", { outcome: "won" }, "outcome"],
    ["an outcome in the protos' spelling", { outcome: "OUTCOME_FAILED" }, "outcome"],
    ["an outcome by its number", { outcome: 2 }, "outcome"],
    ["the name of a prototype for an outcome", { outcome: "constructor" }, "outcome"],
    ["a device token of 1025 characters", { device_token: "x".repeat(1025) }, "device_token"],
    ["a day for an instant", { occurred_at: "2026-03-01" }, "occurred_at"],
    ["an instant that is none", { occurred_at: "2026-02-31T25:00:00Z" }, "occurred_at"],
    ["a number for an instant", { occurred_at: 1_770_000_000 }, "occurred_at"],
  ])("%s", async (_, change, field) => {
    const answer = await server.post("/v2/evaluate", { ...attempt, ...change });
    expectError(answer, 400, "invalid_argument", "invalid_field");
    expect(answer.body.details.map((detail: { field: string }) => detail.field)).toEqual([field]);
  });

  test("several faults are named together", async () => {
    const answer = await server.post("/v2/evaluate", {
      action: "L",
      user: "\0",
      ip: "x",
      metadata: nested(40),
    });
    expectError(answer, 400, "invalid_argument", "invalid_field");
    expect(answer.body.details.map((detail: { field: string }) => detail.field)).toEqual([
      "action",
      "user",
      "ip",
      "metadata",
    ]);
  });

  test("an infinite number in metadata", async () => {
    const body = '{"action":"login","user":"u","metadata":{"n":1e999}}';
    expectError(await server.post("/v2/evaluate", body), 400, "invalid_argument", "invalid_field");
  });

  test("an event time, in a project that does not import events", async () => {
    const answer = await server.post("/v2/evaluate", { ...attempt, occurred_at: "2026-03-01T10:00:00Z" });
    expectError(answer, 400, "failed_precondition", "event_time_not_accepted");
  });

  test.each(["ü", "k".repeat(256), "a b"])("the idempotency key %j", async (key) => {
    const answer = await server.post("/v2/evaluate", attempt, {
      "idempotency-key": Buffer.from(key, "utf8").toString("latin1"),
    });
    expectError(answer, 400, "invalid_argument", "invalid_field");
  });
});

describe("bodies that are not what was asked for", () => {
  test.each([
    ["broken JSON", '{"action":'],
    ["JSON with a comment", '{"action":"login"/*x*/}'],
    ["a list", "[]"],
    ["a string", '"login"'],
    ["null", "null"],
    ["a number", "1"],
    ["60,000 brackets", "[".repeat(60_000)],
    ["a byte order mark alone", "\ufeff"],
  ])("%s", async (_, body) => {
    const answer = await server.post("/v2/evaluate", body);
    expectError(answer, 400, "invalid_argument", "malformed_body");
  });

  test.each([
    "text/plain",
    "application/x-www-form-urlencoded",
    "application/jsonp",
    "multipart/form-data",
    "",
  ])("the content type %j", async (type) => {
    const answer = await server.post("/v2/evaluate", attempt, { "content-type": type });
    expectError(answer, 415, "invalid_argument", "unsupported_media_type");
  });

  test("no body at all", async () => {
    expectError(await server.post("/v2/evaluate"), 400, "invalid_argument", "invalid_field");
  });
});

describe("who may not call", () => {
  const call = (authorization: string | undefined, path = "/v2/evaluations") =>
    rest(server.baseUrl + path, { headers: authorization === undefined ? {} : { authorization } });

  test.each([
    ["nothing", undefined],
    ["an empty header", ""],
    ["Bearer and nothing", "Bearer"],
    ["another scheme", "Basic dTpw"],
    ["two words", "Bearer a b"],
    ["1025 characters", `Bearer ${"x".repeat(1025)}`],
  ])("%s is a missing secret", async (_, authorization) => {
    const answer = await call(authorization);
    expectError(answer, 401, "unauthenticated", "missing_secret");
    expect(answer.headers.get("www-authenticate")).toBe("Bearer");
  });

  test.each([
    ["an unknown secret", "Bearer rupt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"],
    ["a client token that is made up", `Bearer ruptct_${"a".repeat(80)}`],
    ["an injection", "Bearer '||(select/**/1)||'"],
  ])("%s is a wrong one", async (_, authorization) => {
    const answer = await call(authorization);
    expectError(answer, 401, "unauthenticated", "wrong_secret");
    expect(answer.headers.get("www-authenticate")).toBe("Bearer");
  });

  test("the secret is asked for before anything is said of the request", async () => {
    const answer = await rest(`${server.baseUrl}/v2/evaluate`, { method: "POST", body: "{broken" });
    expectError(answer, 401, "unauthenticated", "missing_secret");
  });
});

describe("paths and methods", () => {
  test.each([
    ["GET", "/v2/evaluate", "POST"],
    ["PUT", "/v2/devices/evaluate", "POST"],
    ["DELETE", "/v2/evaluations", "GET"],
    ["POST", "/v2/challenges", "GET"],
    ["PATCH", "/v2/users/u", "DELETE"],
    ["OPTIONS", "/v2/evaluate", "POST"],
    ["GET", "/v2/challenges/0/send", "POST"],
  ])("%s %s: 405, and what it takes", async (method, path, allow) => {
    const answer = await rest(server.baseUrl + path, {
      method,
      headers: { authorization: `Bearer ${server.secret}` },
    });
    expectError(answer, 405, "unimplemented", "method_not_allowed");
    expect(answer.headers.get("allow")).toBe(allow);
  });

  test.each(["/", "/v2", "/v2/evaluate/x", "/v1/evaluate", "/v2/constructor", "/v2/users/u", "/toString"])(
    "GET %s: 404 or 405, never a fault",
    async (path) => {
      const { status, body } = await server.get(path);
      expect([404, 405]).toContain(status);
      expect(["unknown_path", "method_not_allowed"]).toContain(body.reason);
    },
  );

  test.each([
    ["page=0", "page"],
    ["page=10001", "page"],
    ["limit=101", "limit"],
    ["limit=0", "limit"],
    ["limit=-1", "limit"],
    ["limit=1.5", "limit"],
    ["limit=ten", "limit"],
    ["page=99999999999999999999", "page"],
  ])("a list with %s", async (query, field) => {
    for (const path of ["/v2/evaluations", "/v2/challenges"]) {
      const answer = await server.get(`${path}?${query}`);
      expectError(answer, 400, "invalid_argument", "invalid_field");
      expect(answer.body.details[0].field).toBe(field);
    }
  });
});

describe("ids", () => {
  const verbs = ["send", "verify", "complete"] as const;
  const call = (id: string, verb: (typeof verbs)[number]) =>
    server.post(`/v2/challenges/${id}/${verb}`, verb === "verify" ? { code: "123456" } : {});

  test.each(verbs)("%s: an unknown id and one of another project are told apart by nothing", async (verb) => {
    const unknown = await call("01890a5d-ac96-774b-bcce-b302099a8057", verb);
    const foreign = await call(foreignId, verb);
    expectError(unknown, 404, "not_found", "challenge_not_found");
    const strip = ({ body: { request_id: _, ...rest } }: { body: Record<string, unknown> }) => rest;
    expect(strip(foreign)).toEqual(strip(unknown));
  });

  test.each([
    "1",
    "null",
    "01890a5d-ac96-774b-bcce-b302099a805",
    "01890a5dac96774bbcceb302099a8057",
    "%7Bx%7D",
  ])("%s is no id", async (id) => {
    for (const verb of verbs) expectError(await call(id, verb), 400, "invalid_argument", "invalid_field");
    expectError(await server.get(`/v2/evaluations/${id}`), 400, "invalid_argument", "invalid_field");
  });

  test.each<[string, unknown]>([
    ["letters", "abcdef"],
    ["five digits", "12345"],
    ["seven digits", "1234567"],
    ["a space", "123 456"],
    ["digits of another script", "١٢٣٤٥٦"],
    ["a number", 123456],
    ["nothing", undefined],
    ["a list", ["123456"]],
    ["17 characters", "1".repeat(17)],
  ])("a code of %s is malformed and costs no try", async (_, code) => {
    const answer = await server.post(`/v2/challenges/${challengeId}/verify`, { code });
    expectError(answer, 400, "invalid_argument", "invalid_field");
    expect(answer.body.details[0].field).toBe("code");
  });

  test("a channel or a language that does not exist", async () => {
    for (const body of [
      { channel: "pigeon" },
      { language: "xx" },
      { channel: "CHANNEL_EMAIL" },
      { channel: 1 },
    ]) {
      const answer = await server.post(`/v2/challenges/${challengeId}/send`, body);
      expectError(answer, 400, "invalid_argument", "invalid_field");
    }
  });

  test("complete before verify", async () => {
    expectError(await call(challengeId, "complete"), 400, "failed_precondition", "challenge_not_verified");
  });

  test("an id in the body does not overrule the one in the path", async () => {
    const answer = await server.post(`/v2/challenges/${foreignId}/send`, { challenge_id: challengeId });
    expectError(answer, 404, "not_found", "challenge_not_found");
  });
});
