import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTwin } from "../races/twin.js";
import { desktop, hashArray, phone, type Traits } from "../server/browsers.js";
import type { TestClock } from "../server/test-clock.js";
import { startTestServer, type TestServer } from "../server/test-server.js";

let server: TestServer<TestClock>;
let twin: TestServer<TestClock>;
beforeAll(async () => {
  server = await startTestServer();
  twin = await startTwin(server);
});
afterAll(async () => {
  await twin.stop();
  await server.stop();
});

const oslo = "84.208.20.110";
const california = "8.8.8.8";
let users = 0;
const newUser = () => `device-user-${++users}`;

async function login(
  user: string,
  fingerprint: string | readonly unknown[] | undefined,
  rest: Readonly<Record<string, unknown>> = {},
) {
  const { status, body } = await server.post("/v2/devices/evaluate", {
    action: "login",
    user,
    ...(fingerprint === undefined ? {} : { fingerprint }),
    ip: oslo,
    email: "ann@example.com",
    ...rest,
  });
  expect(status).toBe(200);
  return body;
}

const signal = (body: { signals: { reason: string; evidence: object }[] }, reason: string) =>
  body.signals.find((one) => one.reason === reason);

/** The machine of somebody else: what a thief of the same browser and country would have. */
const other: Traits = {
  ...desktop,
  screen: "1366x770",
  fonts: "f-other",
  chosen_fonts: "cf-other",
  canvas_shapes: "cs-other",
  canvas_text: "ct-other",
  webgl_vendor: "intel",
  webgl_renderer: "uhd-620",
  webgl_parameters: "p2",
  hardware_concurrency: 4,
  device_memory: 8,
};

describe("a known device stays known", () => {
  test.each<[string, Traits]>([
    ["after a browser update", { browser_major: 141, webgl_extensions: "e141", codecs: "c2" }],
    ["at a new monitor", { screen: "1920x1080", color_gamut: "p3" }],
    ["after new fonts", { fonts: "f-new", canvas_text: "ct-new" }],
    ["after a driver update", { webgl_parameters: "p-new", canvas_shapes: "cs-new" }],
    ["in another language", { languages: "en-GB", locale: "en-GB" }],
    ["on a journey", { time_zone: "America/New_York" }],
  ])("%s", async (_, change) => {
    const user = newUser();
    const first = await login(user, hashArray(desktop));
    server.clock.advance({ days: 8 });
    const second = await login(user, hashArray({ ...desktop, ...change }), { ip: california });
    expect(second.fingerprint_id).toBe(first.fingerprint_id);
    expect(second.reasons).not.toContain("new_device");
    expect(second.verdict).toBe("allow");
    expect(signal(second, "known_device")?.evidence).toMatchObject({
      changed: Object.keys(desktop)
        .filter((name) => name in change)
        .join(", "),
    });
    expect(second.confidence).toBeGreaterThan(0.9);
    expect(second.confidence).toBeLessThanOrEqual(1);
  });

  test("through years of drift, a little at a time", async () => {
    const user = newUser();
    const { fingerprint_id } = await login(user, hashArray(desktop));
    const traits: Record<string, string | number> = { ...desktop };
    for (const [step, name] of Object.keys(desktop).entries()) {
      if (["engine", "browser", "os", "platform", "form_factor"].includes(name)) continue;
      traits[name] = `changed-${step}`;
      server.clock.advance({ days: 20 });
      expect((await login(user, hashArray(traits))).fingerprint_id).toBe(fingerprint_id);
    }
  });
});

describe("another machine does not pass for it", () => {
  test.each<[string, Traits]>([
    ["same browser, system, language and zone", other],
    ["another browser on the same machine", { ...desktop, browser: "firefox", engine: "gecko" }],
    ["another system on the same hardware", { ...desktop, os: "linux", platform: "Linux x86_64" }],
    ["a phone", phone],
  ])("%s", async (_, traits) => {
    const user = newUser();
    const first = await login(user, hashArray(desktop));
    const second = await login(user, hashArray(traits), { ip: california });
    expect(second.fingerprint_id).not.toBe(first.fingerprint_id);
    expect(second.reasons).toContain("new_device");
    expect(second.verdict).toBe("challenge");
  });

  test("an attempt that nobody vouched for does not change what a device looks like", async () => {
    const user = newUser();
    const first = await login(user, hashArray(desktop));
    const half = { ...desktop, fonts: "f-other", canvas_text: "ct-other", screen: "1366x770" };
    const failed = await login(user, hashArray(half), { outcome: "failed" });
    expect(failed.fingerprint_id).toBe(first.fingerprint_id);
    // Had the failed attempt been learnt, this machine would now agree with it in much more.
    const third = await login(
      user,
      hashArray({ ...other, webgl_renderer: "rtx-4070", webgl_vendor: "nvidia" }),
    );
    expect(third.fingerprint_id).not.toBe(first.fingerprint_id);
  });
});

describe("devices of several users", () => {
  test("two look-alike phones of two users never share trust, nor an id", async () => {
    const [ann, bob] = [newUser(), newUser()];
    const first = await login(ann, hashArray(phone));
    const second = await login(bob, hashArray(phone));
    expect(second.fingerprint_id).not.toBe(first.fingerprint_id);
    await login(bob, hashArray(desktop));
    const third = await login(ann, hashArray(desktop), { ip: california });
    expect(third.reasons).toContain("new_device");
    expect((await login(ann, hashArray(phone))).fingerprint_id).toBe(first.fingerprint_id);
    expect((await login(bob, hashArray(phone))).fingerprint_id).toBe(second.fingerprint_id);
  });

  test("an opaque hash is one device for all, but trusted only for whom it was trusted", async () => {
    const [ann, bob] = [newUser(), newUser()];
    const first = await login(ann, "family-computer");
    await login(bob, "bobs-own");
    const second = await login(bob, "family-computer", { ip: california });
    expect(second.fingerprint_id).toBe(first.fingerprint_id);
    expect(second.reasons).toContain("new_device");
  });

  test("two first sights of one device at the same instant, on two servers, are one device", async () => {
    for (let round = 0; round < 8; round++) {
      const user = newUser();
      const body = {
        action: "login",
        user,
        fingerprint: hashArray({ ...phone, fonts: `round-${round}` }),
        ip: oslo,
        outcome: "failed",
      };
      const answers = await Promise.all(
        [server, twin, server, twin].map((each) => each.post("/v2/evaluate", body)),
      );
      expect(new Set(answers.map((answer) => answer.body.fingerprint_id)).size).toBe(1);
    }
  });
});

describe("the device token", () => {
  test("is new with each answer and stands for the device when its fingerprint drifted far", async () => {
    const user = newUser();
    const first = await login(user, hashArray(desktop));
    expect(first.device_token).toMatch(/^ruptdt_/);
    server.clock.advance({ days: 120 });
    const drift = {
      ...desktop,
      browser_major: 146,
      webgl_extensions: "e146",
      codecs: "c3",
      screen: "3440x1440",
      fonts: "f-new",
      canvas_text: "ct-new",
      canvas_shapes: "cs-new",
      webgl_parameters: "p-new",
    };
    const second = await login(user, hashArray(drift), { device_token: first.device_token, ip: california });
    expect(second.fingerprint_id).toBe(first.fingerprint_id);
    expect(second.verdict).toBe("allow");
    expect(second.device_token).toMatch(/^ruptdt_/);
    expect(second.device_token).not.toBe(first.device_token);
  });

  test("on another machine it is a stolen cookie", async () => {
    const user = newUser();
    const first = await login(user, hashArray(desktop));
    const second = await login(user, hashArray(other), { device_token: first.device_token, ip: california });
    expect(second.verdict).toBe("challenge");
    expect(second.reasons).toEqual(expect.arrayContaining(["device_mismatch", "new_device"]));
    expect(second.fingerprint_id).not.toBe(first.fingerprint_id);
    expect(signal(second, "device_mismatch")?.evidence).toEqual({
      from: first.fingerprint_id,
      to: second.fingerprint_id,
    });
  });

  test("beside the fingerprint of a known device it asks, too, from a new address", async () => {
    const user = newUser();
    const laptop = await login(user, hashArray(desktop));
    const mobile = await login(user, hashArray(phone));
    const mixed = { device_token: mobile.device_token, ip: california };
    const answer = await login(user, hashArray(desktop), mixed);
    expect(answer.fingerprint_id).toBe(laptop.fingerprint_id);
    expect(answer.reasons).toContain("device_mismatch");
    expect(answer.verdict).toBe("challenge");
  });

  test("names one of two look-alike phones, also for a user it was never seen with", async () => {
    const [ann, bob] = [newUser(), newUser()];
    const first = await login(ann, hashArray(phone));
    const second = await login(bob, hashArray(phone), { device_token: first.device_token });
    expect(second.fingerprint_id).toBe(first.fingerprint_id);
  });

  test.each<[string, unknown[] | undefined]>([
    ["no fingerprint", undefined],
    ["an array of absences", ["v:1", "os:-", "fonts:!"]],
    ["a few common traits", hashArray({ engine: "blink", browser: "chrome", os: "windows" })],
    ["another kind of fingerprint", ["something"]],
  ])("proves nothing with %s", async (_, fingerprint) => {
    const user = newUser();
    const first = await login(user, hashArray(desktop));
    const second = await login(user, fingerprint, { device_token: first.device_token, ip: california });
    expect(second.fingerprint_id).not.toBe(first.fingerprint_id);
    expect(second.verdict).toBe("challenge");
  });

  test.each<[string, (token: string) => string, string]>([
    ["garbage", () => "garbage", "malformed"],
    [
      "altered",
      (token) => token.replace(/\.(.)([^.]*)$/, (_, first, rest) => `.${first === "A" ? "B" : "A"}${rest}`),
      "forged",
    ],
    ["made for another device", (token) => token.replace(/_[0-9a-f]{8}/, "_00000000"), "forged"],
  ])("%s is passed over, and the answer says so", async (_, alter, cause) => {
    const user = newUser();
    const first = await login(user, hashArray(desktop));
    const second = await login(user, hashArray(desktop), { device_token: alter(first.device_token) });
    expect(second.fingerprint_id).toBe(first.fingerprint_id);
    expect(second.reasons).toEqual([]);
    expect(signal(second, "device_token_ignored")?.evidence).toEqual({ cause });
  });

  test("of another project, or out of date, is passed over", async () => {
    const user = newUser();
    const first = await login(user, hashArray(desktop));
    const stranger = await startTestServer({ clock: server.clock, databaseUrl: server.databaseUrl });
    const abroad = await stranger.post("/v2/evaluate", {
      action: "login",
      user,
      fingerprint: hashArray(desktop),
      ip: oslo,
      device_token: first.device_token,
    });
    await stranger.stop();
    expect(abroad.body.fingerprint_id).not.toBe(first.fingerprint_id);
    expect(signal(abroad.body, "device_token_ignored")?.evidence).toEqual({ cause: "forged" });
    server.clock.advance({ days: 401 });
    const late = await login(user, hashArray(desktop), { device_token: first.device_token });
    expect(signal(late, "device_token_ignored")?.evidence).toEqual({ cause: "expired" });
  });

  test("and the device outlive a replaced master key", async () => {
    const user = newUser();
    const first = await login(user, hashArray(desktop));
    const env = {
      MASTER_KEYS: `another-master-key-0123456789abcdefgh,${"test-master-key-0123456789abcdefghij"}`,
    };
    const renewed = await startTestServer({ clock: server.clock, databaseUrl: server.databaseUrl, env });
    const call = async (extra: object) => {
      const response = await fetch(`${renewed.baseUrl}/v2/evaluate`, {
        method: "POST",
        headers: { authorization: `Bearer ${server.secret}`, "content-type": "application/json" },
        body: JSON.stringify({
          action: "login",
          user,
          ip: oslo,
          fingerprint: hashArray({ ...desktop, browser_major: 141 }),
          ...extra,
        }),
      });
      return (await response.json()) as { fingerprint_id: string; reasons: string[]; signals: never[] };
    };
    const withToken = await call({ device_token: first.device_token });
    const without = await call({});
    await renewed.stop();
    expect(withToken).toMatchObject({ fingerprint_id: first.fingerprint_id, reasons: [] });
    expect(signal(withToken, "device_token_ignored")).toBeUndefined();
    expect(without).toMatchObject({ fingerprint_id: first.fingerprint_id, reasons: [] });
  });
});

describe("a user's devices", () => {
  test("are listed, and one that is forgotten is new again, whatever token it brings", async () => {
    const user = newUser();
    const first = await login(user, hashArray(desktop));
    await login(user, hashArray(phone));
    await login(user, hashArray({ ...desktop, browser_major: 141 }));
    const listed = (await server.get(`/v2/users/${user}/devices`)).body;
    expect(listed.total).toBe(2);
    expect(
      listed.data.find((one: { fingerprint_id: string }) => one.fingerprint_id === first.fingerprint_id),
    ).toMatchObject({ seen_count: 2 });
    const path = `${server.baseUrl}/v2/users/${user}/devices/${first.fingerprint_id}`;
    const headers = { authorization: `Bearer ${server.secret}` };
    expect((await fetch(path, { method: "DELETE", headers })).status).toBe(200);
    expect((await fetch(path, { method: "DELETE", headers })).status).toBe(404);
    const again = await login(user, hashArray(desktop), {
      device_token: first.device_token,
      ip: california,
    });
    expect(again.reasons).toContain("new_device");
    expect(again.verdict).toBe("challenge");
  });
});

test("an erased user's devices are gone, with everything that led to them", async () => {
  const user = newUser();
  const first = await login(user, hashArray({ ...desktop, fonts: "f-erased" }));
  const { sql } = server.foundation;
  const left = async () => {
    const [row] = await sql<{ count: number }[]>`
      select (select count(*) from devices where device_id = ${first.fingerprint_id})
        + (select count(*) from device_paths where device_id = ${first.fingerprint_id})
        + (select count(*) from fingerprints where device_id = ${first.fingerprint_id}) as count`;
    return row?.count;
  };
  expect(await left()).toBeGreaterThan(2);
  const path = `${server.baseUrl}/v2/users/${user}`;
  const headers = { authorization: `Bearer ${server.secret}` };
  expect((await fetch(path, { method: "DELETE", headers })).status).toBe(200);
  expect(await left()).toBe(0);
  const again = await login(user, hashArray({ ...desktop, fonts: "f-erased" }), {
    device_token: first.device_token,
  });
  expect(again.fingerprint_id).not.toBe(first.fingerprint_id);
});

describe("hostile fingerprints", () => {
  const entries = hashArray(desktop);
  test.each<[string, unknown[]]>([
    [
      "unknown traits and broken entries",
      [...entries, "__proto__:0123456789abcdef", "constructor:-", "x", "fonts:zz"],
    ],
    ["duplicates, of which the first counts", [...entries, "fonts:0123456789abcdef", "os:0123456789abcdef"]],
    ["in another order", [...entries].reverse()],
    ["nulls and spaces between", entries.flatMap((entry) => [` ${entry}`, null]).slice(0, 64)],
  ])("%s change nothing", async (_, fingerprint) => {
    const user = newUser();
    const first = await login(user, entries);
    const second = await login(user, fingerprint);
    expect(second.fingerprint_id).toBe(first.fingerprint_id);
    expect(signal(second, "known_device")?.evidence).not.toHaveProperty("changed");
  });

  test.each<[string, unknown[]]>([
    ["nothing known", ["v:1", "flux:0123456789abcdef"]],
    ["absences alone", ["v:1", ...Object.keys(desktop).map((name) => `${name}:-`)]],
    ["blanks", ["", "  "]],
  ])("%s is no fingerprint", async (_, fingerprint) => {
    const answer = await login(newUser(), fingerprint);
    expect(answer).not.toHaveProperty("fingerprint_id");
    expect(answer.signals.map(({ reason }: { reason: string }) => reason)).toContain("missing_fingerprint");
  });

  test("a lone surrogate is refused, and so is what is not text", async () => {
    for (const entry of ["fonts:\ud800", 7, { a: 1 }]) {
      const body = { action: "login", user: newUser(), fingerprint: [...entries, entry] };
      const answer = await server.post("/v2/evaluate", body);
      expect(answer.status).toBe(400);
      expect(JSON.stringify(answer.body.details)).toContain("fingerprint");
    }
  });

  test("more than the limits is refused by name", async () => {
    const huge = Array.from({ length: 64 }, () => "x".repeat(4096));
    const { status, body } = await server.post("/v2/evaluate", {
      action: "login",
      user: newUser(),
      fingerprint: huge,
    });
    expect([400, 413]).toContain(status);
    expect(JSON.stringify(body)).not.toContain("xxxxxxxx");
  });
});

test("no fingerprint lies in the database as it was sent", async () => {
  await login(newUser(), hashArray(desktop));
  const rows = await server.foundation.sql`
    select readings::text as text from devices
    union all select encode(path_key, 'hex') from device_paths
    union all select encode(fingerprint_key, 'hex') from fingerprints`;
  const all = rows.map(({ text }) => text).join("\n");
  expect(all.length).toBeGreaterThan(100);
  for (const entry of hashArray(desktop)) {
    const hash = entry.split(":")[1] ?? "";
    if (hash.length < 16) continue;
    expect(all).not.toContain(hash);
    expect(all).not.toContain(Buffer.from(hash, "hex").subarray(0, 6).toString("base64"));
  }
});
