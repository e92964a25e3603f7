import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { TestClock } from "../../../test/server/test-clock.js";
import { startTestServer, type TestServer } from "../../../test/server/test-server.js";
import { Rupt, type RuptError } from "../src/index.js";
import { startFaultyServer } from "./faulty-server.js";
import { type Browser, frameworks, type GuardedApp, openBrowser } from "./guarded-apps.js";

const oslo = "84.208.20.110";
const california = "8.8.8.8";
const cookieSecret = "a-cookie-secret-of-32-characters";

describe.each(frameworks)("a login guarded in $framework", ({ start }) => {
  let server: TestServer<TestClock>;
  let app: GuardedApp;
  let rupt: Rupt;
  let name: string;
  let names = 0;
  const errors: RuptError[] = [];
  const onError = (error: RuptError) => void errors.push(error);

  beforeAll(async () => {
    server = await startTestServer();
    rupt = new Rupt(server.secret, { baseUrl: server.baseUrl });
  });
  afterAll(() => server.stop());

  beforeEach(async () => {
    names += 1;
    name = `ann-${names}`;
    // Lists are in order of time.
    server.clock.advance({ seconds: 1 });
    app = await start({ rupt, cookieSecret, trustedProxies: ["127.0.0.1"], secureCookies: false, onError });
    errors.length = 0;
  });
  afterEach(() => app.stop());

  const from = (address: string) => ({ "x-forwarded-for": `1.2.3.4, ${address}` });
  const login = (browser: Browser, fingerprint: unknown, address: string, password = "right") =>
    browser.post("/login", { name, password, fingerprint }, from(address));
  const laptop = () => [`laptop of ${name}`];
  const phone = () => [`phone of ${name}`];
  const code = () => server.codeFor(`${name}@example.com`);
  const wrongCode = () => (code() === "000000" ? "000001" : "000000");

  /** A browser that is held: known in Oslo, it now comes with another device from California. */
  async function held(): Promise<Browser> {
    await login(openBrowser(app.baseUrl), laptop(), oslo);
    app.sessions.length = 0;
    const browser = openBrowser(app.baseUrl);
    expect(await login(browser, phone(), california)).toEqual({
      status: 200,
      body: { status: "challenge" },
    });
    return browser;
  }

  test("a known device is let in", async () => {
    const browser = openBrowser(app.baseUrl);
    expect(await login(browser, laptop(), oslo)).toEqual({
      status: 200,
      body: { status: "signed_in", restricted: false },
    });
    expect(app.sessions).toMatchObject([
      { user: name, challenged: false, restricted: false, unchecked: false },
    ]);
    expect(browser.cookies.get("session")).toBe("1");
  });

  test("a challenged login has no session until the code was right, and then exactly one", async () => {
    const browser = await held();
    expect(app.sessions).toEqual([]);
    expect(browser.cookies.has("session")).toBe(false);

    const sent = await browser.post("/login/send", { language: "fr" });
    expect(sent).toMatchObject({
      status: 200,
      body: { status: "sent", channel: "email", resend_after_seconds: 30 },
    });
    expect(JSON.stringify(sent.body)).not.toContain(`${name}@example.com`);
    expect(await browser.post("/login/send")).toEqual({
      status: 429,
      body: { status: "wait", retry_after_seconds: 30 },
    });

    expect(await browser.post("/login/verify", { code: "12345" })).toEqual({
      status: 400,
      body: { status: "malformed_code" },
    });
    expect(await browser.post("/login/verify", { code: wrongCode() })).toEqual({
      status: 422,
      body: { status: "wrong_code", attempts_remaining: 4 },
    });
    expect(app.sessions).toEqual([]);

    const copied = openBrowser(app.baseUrl);
    for (const [name, value] of browser.cookies) copied.cookies.set(name, value);
    const spaced = `${code().slice(0, 3)} ${code().slice(3)}`;
    expect(await browser.post("/login/verify", { code: spaced })).toEqual({
      status: 200,
      body: { status: "signed_in", restricted: false },
    });
    expect(app.sessions).toMatchObject([{ user: name, challenged: true }]);
    expect(browser.cookies.has("rupt_login")).toBe(false);

    // The same code again, from a copy of the cookie that was good a moment ago.
    expect(await copied.post("/login/verify", { code: code() })).toEqual({
      status: 410,
      body: { status: "ended" },
    });
    expect(app.sessions).toHaveLength(1);
    expect(await login(openBrowser(app.baseUrl), phone(), california)).toMatchObject({
      body: { status: "signed_in" },
    });
  });

  test("of many calls with the right code at once, one becomes a session", async () => {
    const browser = await held();
    await browser.post("/login/send");
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => browser.post("/login/verify", { code: code() })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(app.sessions).toHaveLength(1);
  });

  test("the challenge of another login is of no use", async () => {
    const victim = await held();
    await victim.post("/login/send");
    const challenge_id = (await rupt.getChallenges()).data[0]?.challenge_id;

    const stranger = openBrowser(app.baseUrl);
    for (const body of [
      { code: code(), challenge: challenge_id },
      { code: code(), challenge_id },
      { code: code(), user: name },
    ])
      expect(await stranger.post("/login/verify", body)).toEqual({ status: 410, body: { status: "ended" } });
    stranger.cookies.set(
      "rupt_login",
      Buffer.from(JSON.stringify({ user: name, challengeId: challenge_id })).toString("base64url"),
    );
    expect(await stranger.post("/login/verify", { code: code() })).toMatchObject({
      body: { status: "ended" },
    });
    expect(app.sessions).toEqual([]);
    expect(await victim.post("/login/verify", { code: code() })).toMatchObject({
      body: { status: "signed_in" },
    });
  });

  test("tries run out", async () => {
    const browser = await held();
    await browser.post("/login/send");
    for (const left of [4, 3, 2, 1])
      expect(await browser.post("/login/verify", { code: wrongCode() })).toMatchObject({
        body: { attempts_remaining: left },
      });
    expect(await browser.post("/login/verify", { code: wrongCode() })).toEqual({
      status: 410,
      body: { status: "ended" },
    });
    expect(browser.cookies.has("rupt_login")).toBe(false);
    expect(await browser.post("/login/verify", { code: code() })).toMatchObject({
      body: { status: "ended" },
    });
    expect(app.sessions).toEqual([]);
  });

  test("a body cannot speak for the guard", async () => {
    await login(openBrowser(app.baseUrl), laptop(), oslo);
    const browser = openBrowser(app.baseUrl);
    const body = {
      name,
      password: "right",
      fingerprint: phone(),
      ip: oslo,
      outcome: "failed",
      device_token: "x",
    };
    expect(await browser.post("/login", body, from(california))).toEqual({
      status: 200,
      body: { status: "challenge" },
    });
  });

  test("a page of another site gets nothing", async () => {
    const cross = { "sec-fetch-site": "cross-site", ...from(oslo) };
    const body = { name, password: "right", fingerprint: laptop() };
    expect(await openBrowser(app.baseUrl).post("/login", body, cross)).toEqual({
      status: 401,
      body: { status: "refused" },
    });
    const browser = await held();
    expect(await browser.post("/login/send", {}, cross)).toMatchObject({ body: { status: "ended" } });
    expect(await browser.post("/login/verify", { code: "123456" }, cross)).toMatchObject({
      body: { status: "ended" },
    });
    expect(app.sessions).toEqual([]);
  });

  test("a wrong password is refused as an unknown account is, and reported", async () => {
    const browser = openBrowser(app.baseUrl);
    const wrong = await login(browser, laptop(), oslo, "wrong");
    const unknown = await browser.post("/login", { name: "bob", password: "right" });
    expect(wrong).toEqual({ status: 401, body: { status: "refused" } });
    expect(unknown).toEqual(wrong);
    const { body } = await server.get(`/v2/evaluations?user=${name}`);
    expect(body.data).toMatchObject([{ outcome: "failed", ip: oslo }]);
    const [newest, before] = (await server.get("/v2/evaluations?limit=2")).body.data;
    const stranger = newest.user === name ? before : newest;
    // A name that has no account is told from others, and not told.
    expect(stranger).toMatchObject({ outcome: "failed", user: expect.stringMatching(/^unknown-[\w-]{22}$/) });
    expect(app.sessions).toEqual([]);
  });

  test("a fingerprint that is none is left out", async () => {
    for (const fingerprint of [7, { a: 1 }, [1, null, {}], null])
      expect(await login(openBrowser(app.baseUrl), fingerprint, oslo)).toMatchObject({ status: 200 });
  });

  test("Rupt's refusals keep everybody out and are told to onError", async () => {
    await app.stop();
    app = await start({
      rupt: new Rupt("not-the-secret-of-anybody-0123456789", { baseUrl: server.baseUrl }),
      cookieSecret,
      onError,
    });
    expect(await login(openBrowser(app.baseUrl), laptop(), oslo)).toEqual({
      status: 503,
      body: { status: "unavailable" },
    });
    expect(errors).toMatchObject([{ reason: "wrong_secret" }]);
    expect(app.sessions).toEqual([]);
  });

  test.each([
    { onUnavailable: "throw", status: 503, answer: "unavailable", sessions: [] },
    { onUnavailable: "challenge", status: 503, answer: "unavailable", sessions: [] },
    { onUnavailable: "deny", status: 401, answer: "refused", sessions: [] },
    { onUnavailable: "allow", status: 200, answer: "signed_in", sessions: [{ unchecked: true }] },
  ] as const)(
    "no service and onUnavailable $onUnavailable: $answer",
    async ({ onUnavailable, status, answer, sessions }) => {
      await app.stop();
      app = await start({
        rupt: new Rupt("secret", { baseUrl: "http://127.0.0.1:1", retries: 0, onUnavailable }),
        cookieSecret,
        onError,
      });
      expect(await login(openBrowser(app.baseUrl), laptop(), oslo)).toMatchObject({
        status,
        body: { status: answer },
      });
      expect(app.sessions).toMatchObject(sessions);
      expect(errors).toMatchObject([{ reason: "unreachable" }]);
    },
  );

  test.each([
    { verdict: "deny", answer: { status: 401, body: { status: "refused" } }, sessions: [] },
    {
      verdict: "restrict",
      answer: { status: 200, body: { status: "signed_in", restricted: true } },
      sessions: [{ restricted: true, restrictions: ["payments"] }],
    },
  ])("verdict $verdict", async ({ verdict, answer, sessions }) => {
    const judging = await startFaultyServer({
      status: 200,
      body: {
        verdict,
        reasons: [],
        signals: [],
        evaluation_id: "e",
        score: 1,
        restrictions: ["payments"],
        device_token: "tok.en",
      },
    });
    try {
      await app.stop();
      app = await start({
        rupt: new Rupt("secret", { baseUrl: judging.baseUrl }),
        cookieSecret,
        secureCookies: false,
      });
      const browser = openBrowser(app.baseUrl);
      expect(await login(browser, laptop(), oslo)).toEqual(answer);
      expect(app.sessions).toMatchObject(sessions);
      await login(browser, laptop(), oslo);
      expect(browser.cookies.get("rupt_device")).toBe("tok.en");
      expect(judging.seen.map(({ body }) => JSON.parse(body).device_token)).toEqual([undefined, "tok.en"]);

      await app.stop();
      const sparing = {
        rupt: new Rupt("secret", { baseUrl: judging.baseUrl }),
        cookieSecret,
        deviceCookie: false,
      } as const;
      app = await start(sparing);
      const other = openBrowser(app.baseUrl);
      expect(await login(other, laptop(), oslo)).toEqual(answer);
      expect([...other.cookies.keys()].filter((cookie) => cookie.includes("device"))).toEqual([]);
    } finally {
      await judging.stop();
    }
  });
});
