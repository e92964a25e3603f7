import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TestClock } from "../server/test-clock.js";
import { startTestServer, type TestServer } from "../server/test-server.js";

let server: TestServer<TestClock>;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const oslo = "84.208.20.110";
const bergen = "84.208.90.3";
const login = async (user: string, fingerprint: string, ip: string) => {
  server.clock.advance({ days: 2 });
  return (
    await server.post("/v2/devices/evaluate", {
      action: "login",
      user,
      fingerprint,
      ip,
      email: `${user}@example.com`,
    })
  ).body;
};
const report = (evaluationId: string, feedback: string) =>
  server.post(`/v2/evaluations/${evaluationId}/feedback`, { feedback });
const devicesOf = async (user: string) => (await server.get(`/v2/users/${user}/devices`)).body.total;

describe("it was an attacker", () => {
  test("what an allowed attempt taught is taken back, and its device is asked from then on", async () => {
    await login("ann", "laptop", oslo);
    // A new device at a known address is let in, and learnt.
    const attack = await login("ann", "intruder", oslo);
    expect(attack.verdict).toBe("allow");
    expect(await devicesOf("ann")).toBe(2);

    expect((await report(attack.evaluation_id, "attacker")).body).toEqual({ success: true });
    expect(await devicesOf("ann")).toBe(1);
    expect(await login("ann", "intruder", oslo)).toMatchObject({
      verdict: "challenge",
      reasons: expect.arrayContaining(["reported_attacker", "new_device"]),
    });
    expect(await login("ann", "laptop", oslo)).toMatchObject({ verdict: "allow", reasons: [] });
  });

  test("the same word again changes nothing; the owner's word takes it back", async () => {
    await login("bob", "laptop", oslo);
    const mine = await login("bob", "phone", oslo);
    await report(mine.evaluation_id, "attacker");
    await Promise.all([1, 2, 3].map(() => report(mine.evaluation_id, "attacker")));
    expect(await devicesOf("bob")).toBe(1);
    await report(mine.evaluation_id, "owner");
    await report(mine.evaluation_id, "owner");
    expect(await devicesOf("bob")).toBe(2);
    const again = await login("bob", "phone", oslo);
    expect(again).toMatchObject({ verdict: "allow", reasons: [] });
    const known = again.signals.find((signal: { reason: string }) => signal.reason === "known_device");
    expect(known.evidence.seen_count).toBe(1);
  });

  test("an attempt on the user's own device costs that device one sighting, not its trust", async () => {
    await login("cay", "laptop", oslo);
    await login("cay", "laptop", oslo);
    const stolen = await login("cay", "laptop", oslo);
    await report(stolen.evaluation_id, "attacker");
    const next = await login("cay", "laptop", oslo);
    expect(next).toMatchObject({ verdict: "allow", reasons: [] });
    const known = next.signals.find((signal: { reason: string }) => signal.reason === "known_device");
    expect(known.evidence.seen_count).toBe(2);
  });
});

describe("it was the owner", () => {
  test("a challenged attempt is learnt as if the code had been entered", async () => {
    await login("dee", "laptop", oslo);
    const asked = await login("dee", "phone", bergen);
    expect(asked.verdict).toBe("challenge");
    await report(asked.evaluation_id, "owner");
    expect(await login("dee", "phone", bergen)).toMatchObject({ verdict: "allow", reasons: [] });
  });
});

describe("what is refused", () => {
  test("another word, none, and an evaluation that there is not", async () => {
    const { evaluation_id } = await login("eve", "laptop", oslo);
    expect((await report(evaluation_id, "friend")).status).toBe(400);
    expect((await server.post(`/v2/evaluations/${evaluation_id}/feedback`, {})).status).toBe(400);
    const unknown = "018f3c1e-0000-7000-8000-000000000000";
    expect((await report(unknown, "owner")).body).toMatchObject({
      code: "not_found",
      reason: "evaluation_not_found",
    });
  });
});
