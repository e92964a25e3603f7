import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-web";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BrowserService } from "../../gen/es/rupt/v2/browser_service_pb.js";
import { type TestClock, testClock } from "../server/test-clock.js";
import { type RestAnswer, rest, startTestServer, type TestServer } from "../server/test-server.js";

const oslo = "84.208.20.110";
const california = "8.8.8.8";

let server: TestServer<TestClock>;
let clientId: string;

beforeAll(async () => {
  server = await startTestServer({ clock: testClock(), env: { TRUSTED_PROXIES: "127.0.0.1" } });
  clientId = (await server.foundation.projects.rotatePublicClient("test", 0)).clientId;
});
afterAll(() => server.stop());

/** What a browser at `ip`, behind our proxy, sends. */
function handIn(body: Record<string, unknown>, ip = oslo, id = clientId): Promise<RestAnswer> {
  return rest(`${server.baseUrl}/v2/browser/evaluate`, {
    method: "POST",
    headers: { authorization: `Bearer ${id}`, "content-type": "application/json", "x-forwarded-for": ip },
    body: JSON.stringify({ action: "login", fingerprint: ["print"], ...body }),
  });
}

const consume = (evaluationId: string, body: Record<string, unknown>, headers = {}) =>
  server.post(`/v2/evaluations/${evaluationId}/consume`, body, headers);

async function login(user: string, fingerprint: string, ip: string): Promise<RestAnswer> {
  const { body } = await handIn({ user, fingerprint: [fingerprint] }, ip);
  return consume(body.evaluation_id, { user, email: `${user}@example.com` });
}

describe("the browser learns nothing", () => {
  test("of the verdict, the reasons or the device", async () => {
    const { status, body } = await handIn({ user: "b1" });
    expect(status).toBe(200);
    expect(Object.keys(body).sort()).toEqual(["evaluation_id", "expires_at"]);
  });

  test("of whether the user exists: the same fields for all, also with the page", async () => {
    expect((await login("known", "known-laptop", oslo)).body.verdict).toBe("allow");
    const shapes: unknown[] = [];
    for (const [user, ip] of [
      ["known", oslo],
      ["known", california],
      ["unknown", california],
    ] as const) {
      const { body } = await handIn({ user, fingerprint: ["strange"], challenge_page: true }, ip);
      shapes.push(
        Object.fromEntries(Object.entries(body).map(([key, value]) => [key, String(value).length])),
      );
      // Nothing is to be seen at the page before the server vouches for the user.
      const token = String(body.challenge_url).split("#token=")[1];
      const challengeId = String(body.challenge_url).split("/challenge/")[1]?.slice(0, 36);
      const look = await rest(`${server.baseUrl}/v2/challenges/${challengeId}/describe`, {
        headers: { authorization: `Bearer ${token}` },
      });
      expect(look).toMatchObject({ status: 404, body: { reason: "challenge_not_found" } });
    }
    expect(shapes[1]).toEqual(shapes[0]);
    expect(shapes[2]).toEqual(shapes[0]);
  });

  test("and teaches nothing until it is consumed", async () => {
    for (let n = 0; n < 3; n++) await handIn({ user: "untaught", fingerprint: ["laptop-u"] });
    expect((await server.get("/v2/users/untaught/devices")).status).toBe(404);
    expect((await server.get("/v2/evaluations?user=untaught")).body.total).toBe(0);
  });
});

describe("the server consumes", () => {
  test("and gets the verdict of the browser's device and address", async () => {
    expect((await login("c1", "laptop-c1", oslo)).body).toMatchObject({
      verdict: "allow",
      reasons: ["first_seen_user"],
    });
    expect((await login("c1", "laptop-c1", oslo)).body).toMatchObject({ verdict: "allow", reasons: [] });
    const { body } = await handIn(
      { user: "c1", fingerprint: ["phone-c1"], challenge_page: true },
      california,
    );
    const judged = (await consume(body.evaluation_id, { user: "c1", metadata: { plan: "pro" } })).body;
    expect(judged).toMatchObject({
      verdict: "challenge",
      evaluation_id: body.evaluation_id,
      metadata: { plan: "pro" },
    });
    expect(judged.reasons).toContain("new_device");
    expect((await server.get(`/v2/evaluations/${body.evaluation_id}`)).body).toMatchObject({
      ip: california,
      user: "c1",
      action: "login",
    });
    // The page that the browser was given is the page of this very challenge.
    const token = String(body.challenge_url).split("#token=")[1];
    const send = await server.post(`/v2/challenges/${judged.challenge_id}/send`, undefined, {
      authorization: `Bearer ${token}`,
    });
    expect(send).toMatchObject({ status: 200, body: { success: true, destination: "c*****@example.com" } });
  });

  test("once: a second time is a conflict, whoever is first of two at once", async () => {
    const { body } = await handIn({ user: "once" });
    const answers = await Promise.all([1, 2, 3].map(() => consume(body.evaluation_id, { user: "once" })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
    expect(await consume(body.evaluation_id, { user: "once" })).toMatchObject({
      status: 409,
      body: { code: "already_exists", reason: "evaluation_consumed" },
    });
    expect((await server.get("/v2/evaluations?user=once")).body.total).toBe(1);
    server.clock.advance({ minutes: 11 });
    expect((await consume(body.evaluation_id, { user: "once" })).status).toBe(409);
  });

  test("again with the same idempotency key, when the answer was lost", async () => {
    const { body } = await handIn({ user: "again" });
    const key = { "idempotency-key": "lost-1" };
    const first = await consume(body.evaluation_id, { user: "again" }, key);
    expect((await consume(body.evaluation_id, { user: "again" }, key)).body).toEqual(first.body);
    expect((await consume(body.evaluation_id, { user: "again", email: "x@x.dev" }, key)).status).toBe(409);
    expect((await consume(body.evaluation_id, { user: "again" })).status).toBe(409);
  });

  test("within ten minutes", async () => {
    const [kept, late] = [(await handIn({ user: "late" })).body, (await handIn({ user: "late" })).body];
    server.clock.advance({ minutes: 10, seconds: -1 });
    expect((await consume(kept.evaluation_id, { user: "late" })).status).toBe(200);
    server.clock.advance({ seconds: 1 });
    expect(await consume(late.evaluation_id, { user: "late" })).toMatchObject({
      status: 400,
      body: { reason: "evaluation_expired" },
    });
  });

  test("only for the user, action and address that the browser had, and a mistake consumes nothing", async () => {
    const { body } = await handIn({ user: "mine" });
    const mismatch = { status: 400, body: { reason: "evaluation_mismatch" } };
    expect(await consume(body.evaluation_id, { user: "other" })).toMatchObject(mismatch);
    expect(await consume(body.evaluation_id, { user: "mine", ip: california })).toMatchObject(mismatch);
    expect(await consume(body.evaluation_id, { user: "mine", action: "signup" })).toMatchObject(mismatch);
    expect(await consume(body.evaluation_id, {})).toMatchObject({ status: 400 });
    const right = await consume(body.evaluation_id, { user: "mine", ip: oslo, action: "login" });
    expect(right.body.verdict).toBe("allow");
  });

  test("of its own project only", async () => {
    const { body } = await handIn({ user: "foreign" });
    const { secret } = await server.foundation.projects.create("neighbour");
    const theirs = await consume(
      body.evaluation_id,
      { user: "foreign" },
      { authorization: `Bearer ${secret}` },
    );
    const unknown = await consume("01890a5d-ac96-774b-bcce-b302099a8057", { user: "foreign" });
    for (const answer of [theirs, unknown])
      expect(answer).toMatchObject({ status: 404, body: { reason: "evaluation_not_found" } });
  });

  test("also a failed password, which teaches nothing", async () => {
    const { body } = await handIn({ user: "wrong-password" });
    const { body: judged } = await consume(body.evaluation_id, { user: "wrong-password", outcome: "failed" });
    expect(judged.challenge_id).toBeUndefined();
    expect((await server.get("/v2/users/wrong-password/devices")).status).toBe(404);
  });
});

describe("a public client id", () => {
  test("may hand in evaluations and nothing else; the secret may not hand in", async () => {
    const asClient = { headers: { authorization: `Bearer ${clientId}` } };
    for (const path of ["/v2/evaluations", "/v2/challenges", "/v2/users/known/devices"]) {
      expect(await rest(server.baseUrl + path, asClient)).toMatchObject({
        status: 403,
        body: { reason: "not_permitted" },
      });
    }
    expect(
      await consume("01890a5d-ac96-774b-bcce-b302099a8057", {}, { authorization: `Bearer ${clientId}` }),
    ).toMatchObject({ status: 403 });
    expect(await server.post("/v2/browser/evaluate", { action: "login" })).toMatchObject({
      status: 403,
      body: { reason: "not_permitted" },
    });
  });

  test("is rotated with an overlap", async () => {
    await server.foundation.projects.create("rotating");
    const first = await server.foundation.projects.rotatePublicClient("rotating", 0);
    const second = await server.foundation.projects.rotatePublicClient("rotating", 3_600);
    expect((await handIn({}, oslo, first.clientId)).status).toBe(200);
    expect((await handIn({}, oslo, second.clientId)).status).toBe(200);
    expect(await server.foundation.projects.publicClients("rotating")).toHaveLength(2);
    server.clock.advance({ hours: 1 });
    expect((await handIn({}, oslo, first.clientId)).status).toBe(401);
    expect((await handIn({}, oslo, second.clientId)).status).toBe(200);
    expect((await handIn({}, oslo, "ruptpk_unknown")).status).toBe(401);
  });

  test("works over connect-web as over REST", async () => {
    const client = createClient(BrowserService, createConnectTransport({ baseUrl: server.baseUrl }));
    const { evaluationId } = await client.evaluateInBrowser(
      { action: "login", user: "cw", fingerprint: ["print-cw"] },
      { headers: { authorization: `Bearer ${clientId}`, "x-forwarded-for": california } },
    );
    expect((await consume(evaluationId, { user: "cw" })).body.verdict).toBe("allow");
    expect((await server.get(`/v2/evaluations/${evaluationId}`)).body.ip).toBe(california);
  });
});

test("an address hands in three hundred in ten minutes, counted over all servers, and others are not kept waiting", async () => {
  server.clock.advance({ minutes: 30 });
  const second = await startTestServer({
    clock: server.clock,
    databaseUrl: server.databaseUrl,
    env: { TRUSTED_PROXIES: "127.0.0.1" },
  });
  try {
    let taken = 0;
    let last: RestAnswer | undefined;
    for (let batch = 0; batch < 16; batch++) {
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          rest(`${(n % 2 === 0 ? server : second).baseUrl}/v2/browser/evaluate`, {
            method: "POST",
            headers: {
              authorization: `Bearer ${clientId}`,
              "content-type": "application/json",
              "x-forwarded-for": `2a02:2121:1:1::${n + 1}`,
            },
            body: JSON.stringify({ action: "login" }),
          }),
        ),
      );
      taken += answers.filter(({ status }) => status === 200).length;
      last = answers.find(({ status }) => status !== 200) ?? last;
    }
    expect(taken).toBe(300);
    expect(last).toMatchObject({ status: 429, body: { reason: "too_many_evaluations" } });
    expect(last?.headers.get("retry-after")).toBe("600");
    expect((await handIn({}, "2a02:2121:1:2::1")).status).toBe(200);
    server.clock.advance({ minutes: 10 });
    expect((await handIn({}, "2a02:2121:1:1::1")).status).toBe(200);
  } finally {
    await second.stop();
  }
});

test("what lies in the database tells neither user nor fingerprint, and what is old goes", async () => {
  await handIn({ user: "very-secret-user", fingerprint: ["very-secret-print"] });
  const { sql } = server.foundation;
  const dump = async () => JSON.stringify(await sql`select * from browser_deposits, browser_budgets`);
  expect(await dump()).not.toMatch(/very-secret|84\.208/);
  server.clock.advance({ hours: 3 });
  const count = async () =>
    Number((await sql<{ n: number }[]>`select count(*) as n from browser_deposits`)[0]?.n);
  const before = await count();
  for (let n = 0; n < 5; n++) await handIn({});
  expect(await count()).toBe(Math.max(5, before - 10));
});
