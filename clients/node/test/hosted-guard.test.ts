import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { TestClock } from "../../../test/server/test-clock.js";
import { startTestServer, type TestServer } from "../../../test/server/test-server.js";
import { california, challenged, oslo, postAs } from "../../../test/server/user-calls.js";
import { Rupt, type RuptError } from "../src/index.js";
import { startFaultyServer } from "./faulty-server.js";
import { type Browser, frameworks, type GuardedApp, openBrowser } from "./guarded-apps.js";

const cookieSecret = "a-cookie-secret-of-32-characters";
const ended = { status: 410, body: { status: "ended" } };
const signedIn = { status: 200, body: { status: "signed_in", restricted: false } };

/** A held login and what its browser was told. */
interface Held {
  readonly browser: Browser;
  readonly name: string;
  readonly challengeId: string;
  readonly clientToken: string;
}

describe.each(frameworks)("a challenge passed on the hosted page, exchanged in $framework", ({ start }) => {
  let server: TestServer<TestClock>;
  let app: GuardedApp;
  let rupt: Rupt;
  let names = 0;
  const errors: RuptError[] = [];
  const options = {
    cookieSecret,
    hostedPage: true,
    trustedProxies: ["127.0.0.1"],
    secureCookies: false,
    onError: (error: RuptError) => void errors.push(error),
  };

  beforeAll(async () => {
    server = await startTestServer();
    rupt = new Rupt(server.secret, { baseUrl: server.baseUrl });
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    app = await start({ ...options, rupt });
    errors.length = 0;
  });
  afterEach(() => app.stop());

  const login = (browser: Browser, name: string, device: string, address: string) =>
    browser.post(
      "/login",
      { name, password: "right", fingerprint: [`${device} of ${name}`] },
      { "x-forwarded-for": address },
    );

  /** A login that is held, and the address of the page at which its challenge is passed. */
  async function held(name = `eva-${++names}`, device = "phone"): Promise<Held> {
    await login(openBrowser(app.baseUrl), name, "laptop", oslo);
    app.sessions.length = 0;
    const browser = openBrowser(app.baseUrl);
    const { status, body } = await login(browser, name, device, california);
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        status: "challenge",
        challenge_url: expect.stringMatching(/\/challenge\/[\w-]+#token=ruptct_[\w.-]+$/),
      },
    });
    const { challenge_url } = body as { challenge_url: string };
    const [, challengeId = "", clientToken = ""] =
      /challenge\/([\w-]+)#token=(.+)$/.exec(challenge_url) ?? [];
    return { browser, name, challengeId, clientToken };
  }

  /** What the hosted page does: sends, takes the right code, and goes on with a proof. */
  async function pass({ name, challengeId, clientToken }: Omit<Held, "browser">): Promise<string> {
    await postAs(server, clientToken, `/v2/challenges/${challengeId}/send`, {});
    const code = server.codeFor(`${name}@example.com`);
    const { body } = await postAs(server, clientToken, `/v2/challenges/${challengeId}/verify`, { code });
    expect(body.success).toBe(true);
    return body.proof;
  }

  const passed = (browser: Browser, challenge_id: unknown, proof: unknown, headers = {}) =>
    browser.post("/login/passed", { challenge_id, proof }, headers);

  test("becomes one session in the browser that holds the login", async () => {
    const { browser, name, challengeId, ...others } = await held();
    expect(await passed(browser, challengeId, "ruptpf_too-early")).toEqual({
      status: 200,
      body: { status: "challenge" },
    });
    const proof = await pass({ name, challengeId, ...others });
    expect(app.sessions).toEqual([]);

    const copied = openBrowser(app.baseUrl);
    for (const [cookie, value] of browser.cookies) copied.cookies.set(cookie, value);
    expect(await passed(browser, challengeId, proof)).toEqual(signedIn);
    expect(app.sessions).toMatchObject([{ user: name, challenged: true, unchecked: false }]);
    expect(browser.cookies.has("rupt_login")).toBe(false);

    // Again, from here and from a copy of the cookie that was good a moment ago.
    expect(await passed(browser, challengeId, proof)).toEqual(ended);
    expect(await passed(copied, challengeId, proof)).toEqual(ended);
    expect(app.sessions).toHaveLength(1);
    expect(await login(openBrowser(app.baseUrl), name, "phone", california)).toEqual(signedIn);
  });

  test("of many exchanges at once, one becomes a session", async () => {
    const { browser, challengeId, ...others } = await held();
    const proof = await pass({ challengeId, ...others });
    const answers = await Promise.all(Array.from({ length: 20 }, () => passed(browser, challengeId, proof)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(app.sessions).toHaveLength(1);
  });

  test("is of no use to whoever sent the link to the owner", async () => {
    // The attacker knows the password and holds the login; the owner opens the link and types the code.
    const { browser: attacker, challengeId, ...others } = await held();
    const proof = await pass({ challengeId, ...others });
    const owner = openBrowser(app.baseUrl);
    for (const guess of [undefined, "", "x", 7, `ruptpf_${"A".repeat(43)}`]) {
      const copy = openBrowser(app.baseUrl);
      for (const [cookie, value] of attacker.cookies) copy.cookies.set(cookie, value);
      expect(await passed(copy, challengeId, guess)).toEqual(ended);
    }
    expect(await passed(owner, challengeId, proof)).toEqual(ended);
    expect(app.sessions).toEqual([]);
  });

  test("another challenge's id or proof is of no use, not even of the same user", async () => {
    const mine = await held();
    const others = [await held(), await held(mine.name, "tablet")];
    for (const other of others) {
      const proof = await pass(other);
      expect(await passed(mine.browser, other.challengeId, proof)).toEqual(ended);
      expect(await passed(mine.browser, other.challengeId.toUpperCase(), proof)).toEqual(ended);
    }
    expect(app.sessions).toEqual([]);
    // The held login has not suffered from it.
    const proof = await pass(mine);
    expect(await passed(mine.browser, mine.challengeId, proof)).toEqual(signedIn);
    expect(app.sessions).toMatchObject([{ user: mine.name }]);
  });

  test("without a held login, or with one made up, there is nothing to exchange", async () => {
    const { challengeId, clientToken } = await held();
    const name = `eva-${names}`;
    const proof = await pass({ name, challengeId, clientToken });
    const stranger = openBrowser(app.baseUrl);
    expect(await passed(stranger, challengeId, proof)).toEqual(ended);
    const madeUp = { user: name, challengeId, evaluationId: "e", restricted: false, endsAt: 9e15 };
    stranger.cookies.set("rupt_login", Buffer.from(JSON.stringify(madeUp)).toString("base64url"));
    expect(await passed(stranger, challengeId, proof)).toEqual(ended);
    for (const body of [{}, [], { challenge_id: [challengeId], proof: [proof] }])
      expect(await stranger.post("/login/passed", body)).toEqual(ended);
    expect(app.sessions).toEqual([]);
  });

  test("a page of another site cannot exchange it, and an answer leads nowhere else", async () => {
    const { browser, challengeId, ...others } = await held();
    const proof = await pass({ challengeId, ...others });
    expect(await passed(browser, challengeId, proof, { "sec-fetch-site": "cross-site" })).toEqual(ended);
    const body = {
      challenge_id: challengeId,
      proof,
      return_url: "https://evil.example",
      next: "//evil.example",
    };
    expect(await browser.post("/login/passed?next=//evil.example", body)).toEqual(signedIn);
  });

  test("a challenge that was completed elsewhere, or ran out, is over", async () => {
    const completed = await held();
    const proof = await pass(completed);
    await rupt.completeChallenge(completed.challengeId);
    expect(await passed(completed.browser, completed.challengeId, proof)).toEqual(ended);
    const late = await held();
    const lateProof = await pass(late);
    server.clock.advance({ minutes: 11 });
    expect(await passed(late.browser, late.challengeId, lateProof)).toEqual(ended);
    expect(app.sessions).toEqual([]);
  });

  test.each([
    { what: "another user's", challenge: { user: "mallory" } },
    { what: "nobody's", challenge: { user: undefined } },
    { what: "of another evaluation", challenge: { evaluation_id: "another" } },
    { what: "of a status that this SDK does not know", challenge: { status: "waived" } },
    { what: "completed by a server that does not say who was first", first: {} },
    { what: "completed before", first: { first: false } },
  ])("one that is $what is refused", async ({ challenge = {}, first = { first: true } }) => {
    const fake = await startFaultyServer(
      {
        status: 200,
        body: {
          verdict: "challenge",
          reasons: [],
          signals: [],
          evaluation_id: "e",
          challenge_id: "c",
          challenge_url: "https://rupt.example/challenge/c#token=t",
          score: 1,
        },
      },
      {
        status: 200,
        body: { challenge_id: "c", status: "verified", user: "eva", evaluation_id: "e", ...challenge },
      },
      { status: 200, body: { success: true, ...first } },
    );
    try {
      await app.stop();
      app = await start({ ...options, rupt: new Rupt("secret", { baseUrl: fake.baseUrl }) });
      const browser = openBrowser(app.baseUrl);
      await login(browser, "eva", "phone", california);
      expect(await passed(browser, "c", "p")).toEqual(ended);
      expect(app.sessions).toEqual([]);
      expect(browser.cookies.has("rupt_login")).toBe(false);
    } finally {
      await fake.stop();
    }
  });

  test("without Rupt nothing is exchanged", async () => {
    const { browser, challengeId, ...others } = await held();
    const proof = await pass({ challengeId, ...others });
    await app.stop();
    app = await start({
      ...options,
      rupt: new Rupt(server.secret, { baseUrl: "http://127.0.0.1:1", retries: 0 }),
    });
    const moved = openBrowser(app.baseUrl);
    for (const [cookie, value] of browser.cookies) moved.cookies.set(cookie, value);
    expect(await passed(moved, challengeId, proof)).toEqual({ status: 503, body: { status: "unavailable" } });
    expect(app.sessions).toEqual([]);
  });

  test("the address of the page is told only where the option asks for it", async () => {
    await app.stop();
    app = await start({ ...options, rupt, hostedPage: false });
    const name = `eva-${++names}`;
    await login(openBrowser(app.baseUrl), name, "laptop", oslo);
    expect((await login(openBrowser(app.baseUrl), name, "phone", california)).body).toEqual({
      status: "challenge",
    });
  });

  test("a challenge of another login of the same project is not taken for the held one's", async () => {
    const user = `api-${++names}`;
    const foreign = await challenged(server, user);
    const { browser } = await held();
    await postAs(server, foreign.clientToken, `/v2/challenges/${foreign.id}/send`, {});
    const code = server.codeFor(`${user}@example.com`);
    const { body } = await postAs(server, foreign.clientToken, `/v2/challenges/${foreign.id}/verify`, {
      code,
    });
    expect(await passed(browser, foreign.id, body.proof)).toEqual(ended);
    expect(app.sessions).toEqual([]);
  });
});
