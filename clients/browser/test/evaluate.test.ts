import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { build } from "esbuild";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TestClock } from "../../../test/server/test-clock.js";
import { startTestServer, type TestServer } from "../../../test/server/test-server.js";
import { sharedChromium } from "./browser-lab.js";

let server: TestServer<TestClock>;
let browser: Browser;
let site: Server;
let origin: string;
let clientId: string;

beforeAll(async () => {
  const script = await build({
    stdin: {
      contents: 'export { evaluate } from "../src/evaluate.js";',
      resolveDir: new URL(".", import.meta.url).pathname,
    },
    bundle: true,
    write: false,
    format: "iife",
    globalName: "Rupt",
  });
  [server, browser] = await Promise.all([startTestServer(), sharedChromium()]);
  site = createServer((request, response) => {
    const asked = request.url === "/script.js";
    response.setHeader("content-type", asked ? "text/javascript" : "text/html");
    response.end(asked ? script.outputFiles[0]?.contents : '<script src="/script.js"></script>');
  });
  await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
  const { projects } = server.foundation;
  await projects.set("test", "allowed-origins", origin);
  clientId = (await projects.rotatePublicClient("test", 0)).clientId;
});
afterAll(async () => {
  site?.closeAllConnections();
  site?.close();
  await server?.stop();
});

async function evaluateAt(
  page: string,
  options: object,
): Promise<{ value?: Record<string, string>; error?: string }> {
  const context = await browser.newContext();
  try {
    const tab = await context.newPage();
    await tab.goto(page);
    return await tab.evaluate(
      `Rupt.evaluate(${JSON.stringify({ baseUrl: server.baseUrl, clientId, action: "login", ...options })}).then(
        (value) => ({ value: { ...value, expiresAt: value.expiresAt.toISOString() } }), (error) => ({ error: error.message }))`,
    );
  } finally {
    await context.close();
  }
}

describe("evaluate() on a page", () => {
  test("hands in what the server then has judged, once", async () => {
    const { value } = await evaluateAt(origin, { user: "ann", challengePage: true });
    expect(Object.keys(value ?? {}).sort()).toEqual(["challengeUrl", "evaluationId", "expiresAt"]);
    expect(value?.challengeUrl).toMatch(/\/challenge\/[0-9a-f-]{36}#token=ruptct_/);
    expect(value?.expiresAt).toBe(new Date(server.clock.now() + 600_000).toISOString());
    const consume = () =>
      server.post(`/v2/evaluations/${value?.evaluationId}/consume`, {
        user: "ann",
        email: "ann@example.com",
      });
    const { body } = await consume();
    expect(body).toMatchObject({ verdict: "allow", evaluation_id: value?.evaluationId });
    // A real browser's hash array came with it.
    expect(body.fingerprint_id).toMatch(/^[0-9a-f-]{36}$/);
    expect((await consume()).status).toBe(409);
    const again = await evaluateAt(origin, { user: "ann" });
    const judged = await server.post(`/v2/evaluations/${again.value?.evaluationId}/consume`, { user: "ann" });
    expect(judged.body.fingerprint_id).toBe(body.fingerprint_id);
    expect(again.value?.challengeUrl).toBeUndefined();
  });

  test("fails on a page of an origin that the project does not allow", async () => {
    const { value, error } = await evaluateAt(origin.replace("127.0.0.1", "localhost"), { user: "ann" });
    expect(value).toBeUndefined();
    expect(error).toMatch(/fetch/i);
  });

  test("does not take a secret for a client id", async () => {
    const { error } = await evaluateAt(origin, { clientId: server.secret });
    expect(error).toBe("clientId must be the project's public client id");
  });
});
