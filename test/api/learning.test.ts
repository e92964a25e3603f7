import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TestClock } from "../server/test-clock.js";
import { startTestServer, type TestServer } from "../server/test-server.js";
import { askedAgain, california, challenged, login, oslo, wrongCodes } from "../server/user-calls.js";

let server: TestServer<TestClock>;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const devicesOf = async (user: string): Promise<readonly { seen_count: number; last_seen_at: string }[]> =>
  (await server.get(`/v2/users/${user}/devices`)).body.data;

describe("what is learnt", () => {
  test("an allowed login teaches its device and its address", async () => {
    await login(server, "w1");
    expect((await login(server, "w1", { device: "w1's tablet" })).body.reasons).toEqual(["new_device"]);
    expect((await login(server, "w1", { device: "w1's tablet" })).body.reasons).toEqual([]);
    expect((await login(server, "w1", { ip: "84.208.20.111" })).body.reasons).toEqual(["new_ip"]);
    expect((await login(server, "w1", { ip: "84.208.20.111" })).body.reasons).toEqual([]);
    expect(await devicesOf("w1")).toHaveLength(2);
  });

  test("a challenge teaches when it is completed, and not a step before", async () => {
    const phone = { device: "w2's phone", ip: california };
    let challenge = await challenged(server, "w2", phone);
    expect((await login(server, "w2", phone)).body.verdict).toBe("challenge");
    challenge = await askedAgain(server, "w2", phone);
    await challenge.send();
    expect(await devicesOf("w2")).toHaveLength(1);
    await challenge.verify(server.codeFor("w2@example.com"));
    expect(await devicesOf("w2")).toHaveLength(1);
    expect((await login(server, "w2", phone)).body.verdict).toBe("challenge");
    await challenge.complete();
    expect(await devicesOf("w2")).toHaveLength(2);
    expect((await login(server, "w2", phone)).body).toMatchObject({ verdict: "allow", reasons: [] });
  });

  test("completing twice teaches once", async () => {
    const challenge = await challenged(server, "w3");
    await challenge.send();
    await challenge.verify(server.codeFor("w3@example.com"));
    await challenge.complete();
    const once = await devicesOf("w3");
    await challenge.complete();
    expect(await devicesOf("w3")).toEqual(once);
  });

  test("failed logins, abandoned, exhausted and expired challenges teach nothing", async () => {
    const challenge = await challenged(server, "w4");
    const before = (await server.get("/v2/users/w4/export")).body;
    await login(server, "w4", { device: "stranger", ip: california, outcome: "failed" });
    await login(server, "w4", { outcome: "failed" });
    await challenge.send();
    for (const code of wrongCodes(server.codeFor("w4@example.com"), 5)) await challenge.verify(code);
    await askedAgain(server, "w4");
    server.clock.advance({ hours: 1 });
    await askedAgain(server, "w4", { device: "w4's television" });
    const { devices, email, evaluations } = (await server.get("/v2/users/w4/export")).body;
    expect({ devices, email }).toEqual({ devices: before.devices, email: before.email });
    expect(evaluations).toHaveLength(6);
    expect((await login(server, "w4")).body.reasons).toEqual([]);
  });

  test("a user of whom only failures are known is still seen for the first time", async () => {
    await login(server, "w5", { outcome: "failed", device: "stranger", ip: california });
    expect((await server.get("/v2/users/w5/devices")).status).toBe(404);
    expect((await login(server, "w5")).body.reasons).toEqual(["first_seen_user"]);
  });

  test("at most twenty devices, the least lately seen is dropped first", async () => {
    for (let n = 1; n <= 20; n++) {
      await login(server, "w6", { device: `w6 device ${n}` });
      server.clock.advance({ minutes: 1 });
    }
    await login(server, "w6", { device: "w6 device 1" });
    server.clock.advance({ minutes: 1 });
    await login(server, "w6", { device: "w6 device 21" });
    expect(await devicesOf("w6")).toHaveLength(20);
    expect((await login(server, "w6", { device: "w6 device 1" })).body.reasons).toEqual([]);
    expect((await login(server, "w6", { device: "w6 device 2" })).body.reasons).toEqual(["new_device"]);
  });

  test("one user's device is not another's", async () => {
    const first = await login(server, "w7", { device: "family tablet" });
    await login(server, "w8");
    const second = await login(server, "w8", { device: "family tablet" });
    expect(second.body.fingerprint_id).toBe(first.body.fingerprint_id);
    expect(second.body.reasons).toContain("new_device");
  });

  test("a forgotten device is new again, and an erased user is seen for the first time", async () => {
    const known = (await login(server, "w9")).body.fingerprint_id;
    const remove = (path: string) =>
      fetch(server.baseUrl + path, {
        method: "DELETE",
        headers: { authorization: `Bearer ${server.secret}` },
      });
    expect((await remove(`/v2/users/w9/devices/${known}`)).status).toBe(200);
    expect((await remove(`/v2/users/w9/devices/${known}`)).status).toBe(404);
    expect((await login(server, "w9")).body.reasons).toEqual(["new_device"]);
    expect((await remove("/v2/users/w9")).status).toBe(200);
    expect((await remove("/v2/users/w9")).status).toBe(404);
    expect((await server.get("/v2/evaluations?user=w9")).body.total).toBe(0);
    expect((await login(server, "w9")).body.reasons).toEqual(["first_seen_user"]);
  });

  test("two projects share nothing", async () => {
    const { secret } = await server.foundation.projects.create("elsewhere");
    const mine = await login(server, "w10", { ip: oslo });
    const theirs = await server.post(
      "/v2/evaluate",
      { action: "login", user: "w10", fingerprint: "w10's laptop", ip: oslo },
      { authorization: `Bearer ${secret}` },
    );
    expect(theirs.body.reasons).toEqual(["first_seen_user"]);
    expect(theirs.body.fingerprint_id).not.toBe(mine.body.fingerprint_id);
    expect((await server.get(`/v2/evaluations/${theirs.body.evaluation_id}`)).status).toBe(404);
  });
});

describe("what is kept of an evaluation", () => {
  test("everything that was answered, and what was asked", async () => {
    const { body } = await server.post("/v2/evaluate", {
      action: "wire.transfer",
      user: "e1",
      fingerprint: "print",
      ip: "::ffff:84.208.20.110",
      metadata: { amount: 12.5 },
      outcome: "failed",
    });
    const kept = (await server.get(`/v2/evaluations/${body.evaluation_id}`)).body;
    expect(kept).toMatchObject({
      action: "wire.transfer",
      user: "e1",
      ip: oslo,
      outcome: "failed",
      metadata: { amount: 12.5 },
      country: "NO",
    });
    const { device_token: _, client_token: __, ...answered } = body;
    expect(kept).toMatchObject(answered);
  });
});

test.each(["OUTCOME_FAILED", 2])(
  "a failed login is not learnt that is told as %s over Connect",
  async (outcome) => {
    const user = `told-${outcome}`;
    const answer = await server.post("/rupt.v2.EvaluationService/Evaluate", {
      action: "login",
      user,
      fingerprint: [`${user}'s laptop`],
      ip: oslo,
      outcome,
    });
    expect(answer.status).toBe(200);
    expect((await login(server, user)).body.reasons).toEqual(["first_seen_user"]);
  },
);
