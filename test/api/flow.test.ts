import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TestClock } from "../server/test-clock.js";
import { startTestServer, type TestServer } from "../server/test-server.js";

let server: TestServer<TestClock>;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const oslo = "84.208.20.110";
const california = "8.8.8.8";

describe("evaluate → send → verify → complete over REST", () => {
  test("the same reasons do not ask again", async () => {
    const login = (fingerprint: string, ip: string) =>
      server.post("/v2/devices/evaluate", {
        action: "login",
        user: "u1",
        fingerprint,
        ip,
        email: "ann@example.com",
      });

    expect((await login("laptop", oslo)).body).toMatchObject({
      verdict: "allow",
      reasons: ["first_seen_user"],
    });
    expect((await login("laptop", oslo)).body).toMatchObject({ verdict: "allow", reasons: [] });

    const asked = (await login("phone", california)).body;
    expect(asked.verdict).toBe("challenge");
    expect(asked.reasons).toEqual([
      "impossible_travel",
      "new_country",
      "new_device",
      "new_place",
      "new_network",
      "new_ip",
    ]);

    const challenge = `/v2/challenges/${asked.challenge_id}`;
    expect((await server.post(`${challenge}/complete`)).body).toMatchObject({
      code: "failed_precondition",
      reason: "challenge_not_verified",
    });
    expect((await server.post(`${challenge}/send`)).body).toMatchObject({
      success: true,
      challenge_id: asked.challenge_id,
    });
    const code = server.codeFor("ann@example.com");
    const wrong = code === "000000" ? "000001" : "000000";
    expect((await server.post(`${challenge}/verify`, { code: wrong })).body).toMatchObject({
      success: false,
      attempts_remaining: 4,
    });
    expect((await server.post(`${challenge}/verify`, { code })).body).toMatchObject({
      success: true,
      status: "verified",
    });
    expect((await server.post(`${challenge}/verify`, { code })).body).toMatchObject({ success: false });
    expect((await server.post(`${challenge}/complete`)).body).toEqual({ success: true });
    expect((await server.post(`${challenge}/complete`)).body).toEqual({ success: true });

    expect((await login("phone", california)).body).toMatchObject({ verdict: "allow", reasons: [] });
  });

  test("an abandoned challenge teaches nothing", async () => {
    const login = (fingerprint: string, ip: string) =>
      server.post("/v2/devices/evaluate", {
        action: "login",
        user: "u2",
        fingerprint,
        ip,
        email: "bob@example.com",
      });
    await login("laptop-2", oslo);
    const first = (await login("phone-2", california)).body;
    const second = (await login("phone-2", california)).body;
    expect(second.verdict).toBe("challenge");
    expect(second.challenge_id).not.toBe(first.challenge_id);
    expect((await server.get(`/v2/challenges/${first.challenge_id}`)).body.status).toBe("superseded");
  });
});
