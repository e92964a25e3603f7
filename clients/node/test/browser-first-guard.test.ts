import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type TestClock, testClock } from "../../../test/server/test-clock.js";
import { startTestServer, type TestServer } from "../../../test/server/test-server.js";
import { california, oslo, postAs } from "../../../test/server/user-calls.js";
import { Rupt, type RuptError } from "../src/index.js";
import { type Browser, frameworks, type GuardedApp, openBrowser } from "./guarded-apps.js";

const ended = { status: 410, body: { status: "ended" } };
const refused = { status: 401, body: { status: "refused" } };
const signedIn = { status: 200, body: { status: "signed_in", restricted: false } };

describe.each(frameworks)("an attempt that the browser hands in, judged in $framework", ({ start }) => {
  let server: TestServer<TestClock>;
  let clientId: string;
  let app: GuardedApp;
  let name: string;
  let names = 0;
  const errors: RuptError[] = [];

  beforeAll(async () => {
    server = await startTestServer({ clock: testClock(), env: { TRUSTED_PROXIES: "127.0.0.1" } });
    clientId = (await server.foundation.projects.rotatePublicClient("test", 0)).clientId;
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    name = `fay-${++names}`;
    errors.length = 0;
    server.clock.advance({ seconds: 1 });
    app = await start({
      rupt: new Rupt(server.secret, { baseUrl: server.baseUrl }),
      cookieSecret: "a-cookie-secret-of-32-characters",
      hostedPage: true,
      trustedProxies: ["127.0.0.1"],
      secureCookies: false,
      onError: (error) => void errors.push(error),
    });
  });
  afterEach(() => app.stop());

  /** What `evaluate` of `rupt/evaluate` does in a browser at `address`. */
  async function handIn(device: string, address: string, others = {}): Promise<string> {
    const response = await fetch(`${server.baseUrl}/v2/browser/evaluate`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${clientId}`,
        "content-type": "application/json",
        "x-forwarded-for": address,
      },
      body: JSON.stringify({ action: "login", fingerprint: [`${device} of ${name}`], ...others }),
    });
    return ((await response.json()) as { evaluation_id: string }).evaluation_id;
  }

  const login = (browser: Browser, evaluation_id: unknown, address: string, password = "right") =>
    browser.post("/login", { name, password, evaluation_id }, { "x-forwarded-for": address });

  const evaluations = async () => (await server.get(`/v2/evaluations?user=${name}`)).body.data;

  test("goes through to a session, by way of the hosted page", async () => {
    expect(await login(openBrowser(app.baseUrl), await handIn("laptop", oslo), oslo)).toEqual(signedIn);
    const browser = openBrowser(app.baseUrl);
    const evaluationId = await handIn("phone", california);
    const { body } = await login(browser, evaluationId, california);
    const { challenge_url = "" } = body as { challenge_url?: string };
    const [, id = "", token = ""] = /challenge\/([\w-]+)#token=(.+)$/.exec(challenge_url) ?? [];
    await postAs(server, token, `/v2/challenges/${id}/send`, {});
    const code = server.codeFor(`${name}@example.com`);
    const { proof } = (await postAs(server, token, `/v2/challenges/${id}/verify`, { code })).body;
    expect(await browser.post("/login/passed", { challenge_id: id, proof })).toEqual(signedIn);
    expect(app.sessions).toMatchObject([
      { challenged: false },
      { user: name, challenged: true, evaluation_id: evaluationId },
    ]);
  });

  test("is judged by the device and address that the browser came with, not by what the form says", async () => {
    await login(openBrowser(app.baseUrl), await handIn("laptop", oslo), oslo);
    const evaluation_id = await handIn("phone", california);
    const form = { name, password: "right", evaluation_id, fingerprint: [`laptop of ${name}`], ip: oslo };
    const { body } = await openBrowser(app.baseUrl).post("/login", form, { "x-forwarded-for": california });
    expect(body).toMatchObject({ status: "challenge" });
  });

  test.each([
    { what: "used up", get: async (fresh: string) => fresh, spoil: true },
    { what: "unknown", get: async () => "01890a5d-ac96-774b-bcce-b302099a8057" },
    { what: "no id", get: async () => "../../evaluate?x" },
    { what: "of another user", get: () => handIn("laptop", oslo, { user: "somebody-else" }) },
    { what: "from another address", get: () => handIn("laptop", california) },
    { what: "of another action", get: () => handIn("laptop", oslo, { action: "newsletter" }) },
  ])("one that is $what starts nothing; a wrong password counts all the same", async ({ get, spoil }) => {
    const evaluation_id = await get(await handIn("laptop", oslo));
    if (spoil) expect(await login(openBrowser(app.baseUrl), evaluation_id, oslo)).toEqual(signedIn);
    app.sessions.length = 0;
    const before = (await evaluations()).length;
    const browser = openBrowser(app.baseUrl);
    expect(await login(browser, evaluation_id, oslo)).toEqual(ended);
    expect(await login(browser, evaluation_id, oslo, "wrong")).toEqual(refused);
    expect(app.sessions).toEqual([]);
    const judged: readonly { outcome: string; ip: string }[] = await evaluations();
    expect(judged).toHaveLength(before + 1);
    expect(judged.filter(({ outcome, ip }) => outcome === "failed" && ip === oslo)).toHaveLength(1);
    expect(errors.map(({ reason }) => reason)).toEqual([
      expect.stringMatching(/^evaluation_/),
      expect.stringMatching(/^evaluation_/),
    ]);
  });

  test("with a wrong password it is consumed as a failure, with its device", async () => {
    const evaluation_id = await handIn("phone", california);
    expect(await login(openBrowser(app.baseUrl), evaluation_id, california, "wrong")).toEqual(refused);
    expect(await evaluations()).toMatchObject([
      { evaluation_id, outcome: "failed", ip: california, fingerprint_id: expect.any(String) },
    ]);
    expect(await login(openBrowser(app.baseUrl), evaluation_id, california)).toEqual(ended);
  });

  test.each([undefined, null, "", 7, {}])("%j is none, and the form's fingerprint counts", async (none) => {
    const browser = openBrowser(app.baseUrl);
    expect(await login(browser, none, oslo)).toEqual(signedIn);
    expect(errors).toEqual([]);
  });
});
