import { afterAll, beforeAll, expect, test } from "vitest";
import type { TestClock } from "../server/test-clock.js";
import { rest, startTestServer, type TestServer } from "../server/test-server.js";

let server: TestServer<TestClock>;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

let users = 0;

async function ask() {
  users += 1;
  const login = (fingerprint: string, ip: string) =>
    server.post("/v2/devices/evaluate", {
      action: "login",
      user: `u${users}`,
      fingerprint: `${fingerprint} ${users}`,
      ip,
      email: `ann${users}@example.com`,
      phone: "+4791234567",
    });
  await login("laptop", "84.208.20.110");
  const { challenge_id: id, client_token: token } = (await login("phone", "8.8.8.8")).body;
  const withToken = { authorization: `Bearer ${token}` };
  return {
    id,
    email: `ann${users}@example.com`,
    withToken,
    describe: () => rest(`${server.baseUrl}/v2/challenges/${id}/describe`, { headers: withToken }),
    act: (verb: string, body: unknown = {}) => server.post(`/v2/challenges/${id}/${verb}`, body, withToken),
  };
}

test("a client token sees where a code may go and what is left, and nothing else", async () => {
  const { id, describe, act, email } = await ask();
  expect((await describe()).body).toEqual({
    challenge_id: id,
    status: "created",
    brand: "test",
    destinations: [
      { channel: "email", contact: `an*****@example.com` },
      { channel: "sms", contact: "******67" },
    ],
    attempts_remaining: 5,
    sends_remaining: 5,
    expires_in_seconds: 600,
    resend_after_seconds: 0,
  });
  await act("send", { channel: "email" });
  server.clock.advance({ seconds: 12 });
  expect((await describe()).body).toMatchObject({
    status: "sent",
    channel: "email",
    sends_remaining: 4,
    expires_in_seconds: 588,
    resend_after_seconds: 18,
  });
  await act("verify", { code: server.codeFor(email) });
  expect((await describe()).body).toMatchObject({ status: "verified", resend_after_seconds: 0 });
});

test("a client token describes, sends and verifies its own challenge only, and may do nothing else", async () => {
  const mine = await ask();
  const other = await ask();
  const others = `${server.baseUrl}/v2/challenges/${other.id}`;
  const headers = { ...mine.withToken, "content-type": "application/json" };
  const post = { method: "POST", headers, body: JSON.stringify({ code: "123456" }) };
  for (const answer of [
    await rest(`${others}/describe`, { headers }),
    await rest(`${others}/send`, post),
    await rest(`${others}/verify`, post),
    await rest(`${server.baseUrl}/v2/challenges/${mine.id}`, { headers }),
    await rest(`${server.baseUrl}/v2/challenges/${mine.id}/complete`, post),
    await rest(`${server.baseUrl}/v2/evaluations`, { headers }),
  ]) {
    expect(answer).toMatchObject({ status: 403, body: { reason: "not_permitted" } });
  }
});

test("a client token dies with its challenge, but shows how it ended until its own time is up", async () => {
  const { id, email, describe, act } = await ask();
  await act("send");
  await act("verify", { code: server.codeFor(email) });
  await server.post(`/v2/challenges/${id}/complete`);
  expect(await act("send")).toMatchObject({ status: 403, body: { reason: "not_permitted" } });
  expect(await act("verify", { code: "123456" })).toMatchObject({ status: 403 });
  expect((await describe()).body).toMatchObject({ status: "completed", expires_in_seconds: 0 });
  server.clock.advance({ hours: 1 });
  expect(await describe()).toMatchObject({ status: 401, body: { reason: "wrong_secret" } });
});

test("the API secret describes too; unknown ids are not found", async () => {
  const { id } = await ask();
  expect((await server.get(`/v2/challenges/${id}/describe`)).body).toMatchObject({ status: "created" });
  const unknown = "01890a5d-ac96-774b-bcce-b302099a8057";
  expect(await server.get(`/v2/challenges/${unknown}/describe`)).toMatchObject({
    status: 404,
    body: { reason: "challenge_not_found" },
  });
});
