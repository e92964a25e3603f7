import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TestClock } from "../../../test/server/test-clock.js";
import { startTestServer, type TestServer } from "../../../test/server/test-server.js";
import { login, oslo } from "../../../test/server/user-calls.js";
import { sharedChromium } from "../../browser/test/browser-lab.js";
import { createLoginGuard, type Login } from "../src/express.js";
import { Rupt } from "../src/index.js";

// In a real browser, for it is browsers that decide when a SameSite=Strict cookie travels. The application is at 127.0.0.1 and the hosted page
// at localhost, which are two sites.
let server: TestServer<TestClock>;
let browser: Browser;
let shop: Server;
let home: string;
const sessions: Login[] = [];

/** Posts as a page does, and shows the answer's status; goes on to the hosted page where one is named. */
const page = (
  path: string,
  body: string,
) => `<!doctype html><link rel="icon" href="data:,"><output></output><script>
  fetch("${path}", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(${body}) })
    .then((response) => response.json())
    .then(({ status, challenge_url }) => {
      if (challenge_url) location.assign(challenge_url);
      else document.querySelector("output").textContent = status;
    });
</script>`;

beforeAll(async () => {
  server = await startTestServer();
  browser = await sharedChromium();
  const guard = createLoginGuard({
    rupt: new Rupt(server.secret, { baseUrl: server.baseUrl }),
    cookieSecret: "a-cookie-secret-of-32-characters",
    hostedPage: true,
    secureCookies: false,
    address: () => "8.8.8.8",
    startSession: (_request, _response, login) => void sessions.push(login),
  });
  const app = express();
  app.post("/login", express.json(), async (request, response) => {
    const user = String(request.body.name);
    await guard.login(request, response, { user, email: `${user}@example.com`, fingerprint: ["phone"] });
  });
  app.use("/login", guard.router);
  app.get("/", (_, response) => {
    response.send(page("/login", `{ name: location.hash.slice(1) }`));
  });
  app.get("/welcome", (_, response) => {
    response.send(page("/login/passed", `Object.fromEntries(new URLSearchParams(location.search))`));
  });
  shop = createServer(app);
  await new Promise<void>((resolve) => shop.listen(0, "127.0.0.1", resolve));
  home = `http://127.0.0.1:${(shop.address() as AddressInfo).port}`;
  await server.foundation.projects.set("test", "success-url", `${home}/welcome`);
  server.clock.advance({ seconds: 2 });
}, 60_000);
afterAll(async () => {
  shop.closeAllConnections();
  shop.close();
  await server.stop();
});

async function visiting(visit: (page: Page) => Promise<void>): Promise<void> {
  const context = await browser.newContext({ locale: "en-GB" });
  try {
    await visit(await context.newPage());
  } finally {
    await context.close();
  }
}

/** Asks for a code on the hosted page and types it. */
async function passOn(page: Page, user: string): Promise<void> {
  await page.getByRole("button", { name: "Send code" }).click();
  const field = page.getByRole("textbox");
  await field.waitFor();
  await field.fill(server.codeFor(`${user}@example.com`));
  await page.getByRole("button", { name: "Confirm" }).click();
}

const said = (page: Page, status: string) =>
  page.locator("output", { hasText: new RegExp(`^${status}$`) }).waitFor();

test("from the login page over the hosted page to a session, and a reload starts no other", async () => {
  await login(server, "gus", { ip: oslo, email: "gus@example.com" });
  await visiting(async (page) => {
    await page.goto(`${home}/#gus`);
    await page.waitForURL("http://localhost:*/challenge/**");
    expect(sessions).toEqual([]);
    await passOn(page, "gus");
    await page.waitForURL(`${home}/welcome?**`);
    await said(page, "signed_in");
    expect(sessions).toMatchObject([{ user: "gus", challenged: true }]);
    await page.reload();
    await said(page, "ended");
    expect(sessions).toHaveLength(1);
  });
});

test("an owner who is sent the link lets nobody in", async () => {
  sessions.length = 0;
  await login(server, "hal", { ip: oslo, email: "hal@example.com" });
  await visiting(async (attacker) => {
    await attacker.goto(`${home}/#hal`);
    await attacker.waitForURL("http://localhost:*/challenge/**");
    const token = await attacker.evaluate("Object.values(sessionStorage)[0]");
    const link = `${attacker.url()}#token=${String(token)}`;
    await visiting(async (owner) => {
      await owner.goto(link);
      await passOn(owner, "hal");
      await owner.waitForURL(`${home}/welcome?**`);
      await said(owner, "ended");
    });
    // The page tells the attacker that the code was right, and leads on without a proof.
    await attacker.reload();
    const goOn = attacker.getByRole("link");
    await goOn.click();
    await attacker.waitForURL(`${home}/welcome?**`);
    await said(attacker, "ended");
  });
  expect(sessions).toEqual([]);
});
