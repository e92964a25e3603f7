import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TestClock } from "../server/test-clock.js";
import { startTestServer, type TestServer } from "../server/test-server.js";

let server: TestServer<TestClock>;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const attempt = async (user: string, ip: string, rest: object = {}) =>
  (
    await server.post("/v2/devices/evaluate", {
      action: "login",
      user,
      ip,
      fingerprint: `${user}'s`,
      ...rest,
    })
  ).body;
const failed = { outcome: "failed" };

describe("what comes too often", () => {
  test("stolen passwords tried from one address: strangers are refused, users of the address are asked, others go on", async () => {
    const attacker = "84.209.202.10";
    await attempt("resident", attacker, { email: "resident@example.com" });
    // Users are counted roughly, by 64 bits under keys that differ from run to run: far more than the least, so that none misses it.
    for (let n = 0; n < 60; n++) await attempt(`victim-${n}`, attacker, failed);

    const hit = await attempt("victim-60", attacker);
    expect(hit).toMatchObject({
      verdict: "deny",
      reasons: ["credential_stuffing", "many_users_on_ip", "first_seen_user"],
    });
    expect(hit.signals[0].evidence).toMatchObject({ scope: "address", failed: 60 });
    expect(hit.signals[0].user_message).not.toMatch(/\d/);

    expect(await attempt("resident", attacker)).toMatchObject({
      verdict: "challenge",
      reasons: ["credential_stuffing"],
    });
    expect(await attempt("elsewhere", "84.208.20.110")).toMatchObject({ verdict: "allow" });

    server.clock.advance({ days: 3 });
    expect((await attempt("resident", attacker)).reasons).not.toContain("credential_stuffing");
  });

  test("an office with many users and few failures is no attack", async () => {
    const office = "84.208.20.111";
    for (let n = 0; n < 24; n++) await attempt(`colleague-${n}`, office, n % 6 === 0 ? failed : {});
    expect(await attempt("colleague-1", office)).toMatchObject({ verdict: "allow", reasons: [] });
  });

  test("addresses of one neighbourhood count together", async () => {
    for (let n = 0; n < 40; n++) await attempt(`target-${n}`, `84.209.203.${n}`, failed);
    const hit = await attempt("target-40", "84.209.203.200");
    expect(hit.verdict).toBe("deny");
    expect(hit.signals[0].evidence).toMatchObject({ scope: "neighbourhood" });
  });

  test("many failures before a success are told, and failures teach nothing", async () => {
    await attempt("forgetful", "84.208.20.112");
    for (let n = 0; n < 6; n++) await attempt("forgetful", "8.8.8.8", { ...failed, fingerprint: "a guess" });
    const back = await attempt("forgetful", "84.208.20.112");
    expect(back).toMatchObject({ verdict: "allow", reasons: ["many_failures"] });
    expect(
      back.signals.find((signal: { reason: string }) => signal.reason === "known_ip").evidence.seen_count,
    ).toBe(1);
    server.clock.advance({ hours: 3 });
    expect((await attempt("forgetful", "84.208.20.112")).reasons).toEqual([]);
  });

  test("many users on one device are told", async () => {
    for (let n = 0; n < 30; n++) await attempt(`farm-${n}`, `84.208.21.${n}`, { fingerprint: "one machine" });
    const last = await attempt("farm-30", "84.208.21.99", { fingerprint: "one machine" });
    expect(last.reasons).toContain("many_users_on_device");
  });

  test("the attempts of one batch all count", async () => {
    await Promise.all(Array.from({ length: 30 }, (_, n) => attempt(`at-once-${n}`, "84.209.204.7", failed)));
    const hit = await attempt("at-once-30", "84.209.204.7");
    expect(hit.signals[0]).toMatchObject({ reason: "credential_stuffing", evidence: { failed: 30 } });
  });
});

describe("event times", () => {
  test("are refused where the project does not accept them, and followed where it does", async () => {
    const at = (occurred_at: string, rest: object = {}) =>
      server.post("/v2/devices/evaluate", {
        action: "login",
        user: "traveller",
        fingerprint: "one",
        ip: "84.208.20.110",
        occurred_at,
        ...rest,
      });
    expect((await at("2025-06-01T10:00:00Z")).body).toMatchObject({ reason: "event_time_not_accepted" });

    await server.foundation.projects.set("test", "accept-event-time", "on");
    server.clock.advance({ seconds: 2 });
    expect((await at("2025-06-01T10:00:00Z")).body).toMatchObject({ verdict: "allow" });
    const abroad = (occurred: string) => at(occurred, { ip: "200.147.35.149" });
    expect((await abroad("2025-06-01T12:00:00Z")).body.reasons).toContain("impossible_travel");
    expect((await abroad("2025-06-03T12:00:00Z")).body.reasons).not.toContain("impossible_travel");
    expect((await at("2200-01-01T00:00:00Z")).body).toMatchObject({ reason: "invalid_field" });
    expect((await at("1969-01-01T00:00:00Z")).body).toMatchObject({ reason: "invalid_field" });

    const { body } = await server.get("/v2/evaluations?user=traveller");
    const times = body.data.map(({ occurred_at }: { occurred_at: string }) => occurred_at);
    expect(times.sort()).toEqual([
      "2025-06-01T10:00:00.000Z",
      "2025-06-01T12:00:00.000Z",
      "2025-06-03T12:00:00.000Z",
    ]);
  });
});
