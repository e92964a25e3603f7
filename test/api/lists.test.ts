import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTwin } from "../races/twin.js";
import { runProgram } from "../server/server-process.js";
import type { TestClock } from "../server/test-clock.js";
import { rest, startTestServer, type TestServer } from "../server/test-server.js";

let server: TestServer<TestClock>;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const oslo = "84.208.20.110";
const california = "8.8.8.8";
let users = 0;
const someone = () => {
  users += 1;
  return `listed-${users}`;
};
const login = async (user: string, fingerprint: string, ip: string, more: object = {}, on = server) =>
  (await on.post("/v2/devices/evaluate", { action: "login", user, fingerprint, ip, ...more })).body;
/** A user who is known at home, so that a strange device far away is challenged. */
const known = async () => {
  const user = someone();
  await login(user, `${user}-laptop`, oslo);
  return user;
};
const add = (entry: object) => server.post("/v2/lists", entry);
const remove = (entryId: string) =>
  rest(`${server.baseUrl}/v2/lists/${entryId}`, {
    method: "DELETE",
    headers: { authorization: `Bearer ${server.secret}` },
  });
const aSecondLater = () => server.clock.advance({ seconds: 1 });

describe("lists", () => {
  test("what is on the deny list is denied within a second, and no longer when it is taken off", async () => {
    const user = await known();
    const { body: entry } = await add({ list: "deny", kind: "user", value: user, comment: "sold" });
    expect(entry).toMatchObject({ list: "deny", kind: "user", value: user, comment: "sold" });
    aSecondLater();
    const denied = await login(user, `${user}-laptop`, oslo);
    expect(denied).toMatchObject({ verdict: "deny", reasons: ["deny_listed"] });
    expect(denied.signals[0]).toMatchObject({
      reason: "deny_listed",
      direction: "risk",
      evidence: { kind: "user", entry: user, comment: "sold" },
    });
    expect((await remove(entry.entry_id)).body).toEqual({ success: true });
    expect(await remove(entry.entry_id)).toMatchObject({
      status: 404,
      body: { reason: "list_entry_not_found" },
    });
    aSecondLater();
    expect((await login(user, `${user}-laptop`, oslo)).verdict).toBe("allow");
  });

  test("what is on the allow list is not challenged, and deny wins over allow", async () => {
    const user = await known();
    expect((await login(user, "strange-phone", california)).verdict).toBe("challenge");
    const { body: allowed } = await add({ list: "allow", kind: "address", value: "8.8.8.0/24" });
    aSecondLater();
    const let_in = await login(user, "strange-phone", california);
    expect(let_in.verdict).toBe("allow");
    expect(let_in.signals).toContainEqual(
      expect.objectContaining({
        reason: "allow_listed",
        direction: "trust",
        evidence: { kind: "address", entry: "8.8.8.0/24" },
      }),
    );
    const { body: denied } = await add({ list: "deny", kind: "country", value: "us" });
    aSecondLater();
    expect((await login(user, "strange-phone", california)).verdict).toBe("deny");
    await remove(allowed.entry_id);
    await remove(denied.entry_id);
    aSecondLater();
  });

  test("every kind works, and watching only notes", async () => {
    const user = await known();
    const { fingerprint_id } = await login(user, `${user}-laptop`, oslo);
    const { asn } = (await server.get("/v2/evaluations")).body.data[0];
    for (const [kind, value] of [
      ["user", user],
      ["device", fingerprint_id],
      ["address", oslo],
      ["network", `AS${asn}`],
      ["country", "NO"],
      ["email_domain", "Example.com"],
    ]) {
      const { body: entry } = await add({ list: "watch", kind, value });
      aSecondLater();
      const seen = await login(user, `${user}-laptop`, oslo, { email: "ann@example.com" });
      expect(seen.verdict, kind).toBe("allow");
      expect(seen.reasons, kind).toContain("watch_listed");
      await remove(entry.entry_id);
    }
    aSecondLater();
  });

  test("an entry ends by itself", async () => {
    const user = await known();
    const expires_at = new Date(server.clock.now() + 60_000).toISOString();
    await add({ list: "deny", kind: "user", value: user, expires_at });
    aSecondLater();
    expect((await login(user, `${user}-laptop`, oslo)).verdict).toBe("deny");
    server.clock.advance({ minutes: 1 });
    expect((await login(user, `${user}-laptop`, oslo)).verdict).toBe("allow");
    expect(
      (await server.get("/v2/lists")).body.data.map(({ value }: { value: string }) => value),
    ).not.toContain(user);
  });

  test("the same value again renews its entry; another project's entries are unknown", async () => {
    const first = (await add({ list: "watch", kind: "network", value: "as64500" })).body;
    const second = (await add({ list: "watch", kind: "network", value: "64500", comment: "again" })).body;
    expect(second).toMatchObject({ entry_id: first.entry_id, value: "64500", comment: "again" });
    const other = await startTestServer({ clock: server.clock, databaseUrl: server.databaseUrl });
    try {
      expect((await other.get("/v2/lists")).body).toEqual({ data: [], total: 0 });
      const answer = await rest(`${other.baseUrl}/v2/lists/${first.entry_id}`, {
        method: "DELETE",
        headers: { authorization: `Bearer ${other.secret}` },
      });
      expect(answer).toMatchObject({ status: 404, body: { reason: "list_entry_not_found" } });
    } finally {
      await other.stop();
    }
    await remove(first.entry_id);
  });

  test.each([
    [{ list: "deny", kind: "address", value: "0.0.0.0/0" }, "value"],
    [{ list: "deny", kind: "address", value: "8.8.8.8/33" }, "value"],
    [{ list: "deny", kind: "country", value: "Norway" }, "value"],
    [{ list: "deny", kind: "network", value: "Telenor" }, "value"],
    [{ list: "deny", kind: "email_domain", value: "ann@example.com" }, "value"],
    [{ list: "block", kind: "user", value: "u" }, "list"],
    [{ kind: "user", value: "u" }, "list"],
    [{ list: "deny", kind: "phone", value: "u" }, "kind"],
    [{ list: "deny", kind: "user", value: "u", expires_at: "2020-01-01T00:00:00Z" }, "expires_at"],
  ])("refuses %j and names the field", async (entry, field) => {
    const { status, body } = await add(entry);
    expect({ status, reason: body.reason, field: body.details[0].field }).toEqual({
      status: 400,
      reason: "invalid_field",
      field,
    });
  });

  test("another server follows within a second", async () => {
    const twin = await startTwin(server);
    try {
      const user = await known();
      expect((await login(user, `${user}-laptop`, oslo, {}, twin)).verdict).toBe("allow");
      await add({ list: "deny", kind: "user", value: user });
      aSecondLater();
      expect((await login(user, `${user}-laptop`, oslo, {}, twin)).verdict).toBe("deny");
    } finally {
      await twin.stop();
    }
  });

  test("erasing a user takes the user and the user's devices off every list, within a second, and nobody else", async () => {
    const [user, other] = [await known(), await known()];
    const { fingerprint_id } = await login(user, `${user}-laptop`, oslo);
    await add({ list: "deny", kind: "user", value: user });
    await add({ list: "watch", kind: "device", value: fingerprint_id });
    await add({ list: "deny", kind: "user", value: other });
    aSecondLater();
    expect((await login(user, `${user}-laptop`, oslo)).verdict).toBe("deny");
    await rest(`${server.baseUrl}/v2/users/${user}`, {
      method: "DELETE",
      headers: { authorization: `Bearer ${server.secret}` },
    });
    const left = (await server.get("/v2/lists?limit=100")).body.data.map(
      ({ value }: { value: string }) => value,
    );
    expect(left).not.toContain(user);
    expect(left).not.toContain(fingerprint_id);
    expect(left).toContain(other);
    aSecondLater();
    expect((await login(user, `${user}-laptop`, oslo)).reasons).toEqual(["first_seen_user"]);
    expect((await login(other, `${other}-laptop`, oslo)).verdict).toBe("deny");
  });

  test("the command line adds, shows and removes", async () => {
    const user = await known();
    const cli = (...args: readonly string[]) =>
      runProgram("rupt.js", ["list", ...args], { DATABASE_URL: server.databaseUrl });
    expect(await cli("add", "test", "deny", "user", user, "--comment", "left the company")).toMatchObject({
      code: 0,
      stdout: `user ${user} is on the deny list of "test".\n`,
    });
    aSecondLater();
    expect((await login(user, `${user}-laptop`, oslo)).verdict).toBe("deny");
    expect((await cli("show", "test", "deny")).stdout).toMatch(
      new RegExp(`deny +user +${user} +never +left the company`),
    );
    expect(await cli("remove", "test", "deny", "user", user)).toMatchObject({ code: 0 });
    aSecondLater();
    expect((await login(user, `${user}-laptop`, oslo)).verdict).toBe("allow");
    expect(await cli("add", "test", "deny", "address", "everything")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("value: must be an address or a range"),
    });
  });
});
