import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { expect } from "vitest";
import type { TestClock } from "../../../test/server/test-clock.js";
import type { TestServer } from "../../../test/server/test-server.js";

/** A challenge of a fresh user, whose codes go to `email`, and to `phone` where one is known. */
export interface Asked {
  readonly user: string;
  readonly email: string;
  readonly challengeId: string;
  readonly clientToken: string;
  /** The page's address, with the token. */
  readonly url: string;
}

let users = 0;

/** Logs a fresh user in from home, then from far away with another device: that asks for a challenge. */
export async function ask(server: TestServer<TestClock>, contacts: { phone?: string } = {}): Promise<Asked> {
  users += 1;
  const user = `page-user-${users}`;
  const email = `ann${users}@example.com`;
  const login = (fingerprint: string, ip: string) =>
    server.post("/v2/devices/evaluate", { action: "login", user, fingerprint, ip, email, ...contacts });
  await login(`laptop of ${user}`, "84.208.20.110");
  const { body } = await login(`phone of ${user}`, "8.8.8.8");
  expect(body.challenge_url).toBe(
    `http://localhost:${new URL(server.baseUrl).port}/challenge/${body.challenge_id}#token=${body.client_token}`,
  );
  return {
    user,
    email,
    challengeId: body.challenge_id,
    clientToken: body.client_token,
    url: body.challenge_url,
  };
}

const axe = readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe-core finds wrong with the page as it is; the policy of the page lets only the debugger run its script. */
export async function violations(page: Page): Promise<readonly string[]> {
  const session = await page.context().newCDPSession(page);
  const run = (expression: string) =>
    session.send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
  // Half a megabyte of script, once for each document.
  if ((await run("typeof axe")).result.value === "undefined") await run(await axe);
  const { result, exceptionDetails } = await run(`axe.run(document, { resultTypes: ["violations"] }).then(
    ({ violations, passes }) => ({ passed: passes.length, violations: violations.map(({ id, nodes }) =>
      id + ": " + nodes.map(({ html, failureSummary }) => html + " " + failureSummary).join(" | ")) }))`);
  if (exceptionDetails !== undefined)
    throw new Error(exceptionDetails.exception?.description ?? "axe failed");
  const found = result.value as { passed: number; violations: readonly string[] };
  expect(found.passed).toBeGreaterThan(10);
  return found.violations;
}

/** Opens a tab of its own and closes it afterwards; nothing may complain. A tab has its own session storage, and that is all that the page keeps. */
export async function visiting(context: BrowserContext, visit: (page: Page) => Promise<void>): Promise<void> {
  const complaints: string[] = [];
  const page = await context.newPage();
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    // A refused call is no fault of the page, but browsers note each on the console.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource"))
      complaints.push(message.text());
  });
  try {
    await visit(page);
    expect(complaints).toEqual([]);
  } finally {
    await page.close();
  }
}

/** The same in a new private window, whose clock and connection are its own. */
export async function visitingAlone(
  browser: Browser,
  options: BrowserContextOptions,
  visit: (page: Page) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext({ locale: "en-GB", ...options });
  try {
    await visiting(context, visit);
  } finally {
    await context.close();
  }
}
