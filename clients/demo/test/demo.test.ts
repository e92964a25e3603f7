import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { sharedChromium } from "../../browser/test/browser-lab.js";
import { newestCode, type RunningDemo, startDemo } from "./demo-lab.js";

const laptop: BrowserContextOptions = { viewport: { width: 1280, height: 800 } };
const phone: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  screen: { width: 390, height: 844 },
  deviceScaleFactor: 3,
  isMobile: true,
  hasTouch: true,
  locale: "en-US",
  timezoneId: "America/New_York",
  colorScheme: "dark",
  userAgent:
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36",
};

let browser: Browser;
let demo: RunningDemo;

beforeAll(async () => {
  [browser, demo] = await Promise.all([sharedChromium(), startDemo()]);
}, 180_000);

afterAll(async () => {
  await demo?.stop();
});

const windows: BrowserContext[] = [];
afterEach(async () => {
  for (const window of windows.splice(0)) await window.close();
});

/** Where to write screenshots, for whoever wants to look at them. */
const picturesDir = process.env.DEMO_PICTURES_DIR;
async function picture(page: Page, name: string): Promise<void> {
  if (picturesDir !== undefined)
    await page.screenshot({ path: `${picturesDir}/${name}.png`, fullPage: true });
}

/** A window of a device, and whatever its pages complained of. */
async function open(options: BrowserContextOptions): Promise<{ page: Page; complaints: string[] }> {
  const complaints: string[] = [];
  const context = await browser.newContext(options);
  windows.push(context);
  const page = await context.newPage();
  // What the server refuses is reported here, too: `Failed to load resource: … 401`.
  page.on(
    "console",
    (message) => message.text().includes("Failed to load resource") || complaints.push(message.text()),
  );
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(demo.url);
  return { page, complaints };
}

async function logIn(page: Page, place: string, password = "correct horse battery"): Promise<void> {
  await page.getByLabel("Coming from").selectOption(place);
  await page.getByLabel("E-mail").fill("ann@example.com");
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Log in" }).click();
}

async function heading(page: Page, text: string): Promise<void> {
  await page.getByRole("heading", { level: 1, name: text, exact: true }).waitFor();
}

async function signedIn(page: Page): Promise<boolean> {
  return page.evaluate(
    async () => ((await (await fetch("/session")).json()) as { signed_in: boolean }).signed_in,
  );
}

describe("the demo, as a newcomer goes through it", () => {
  test("known device → in; new device and place → challenge → wrong code → right code → in; again → not asked", async () => {
    const home = await open(laptop);
    await heading(home.page, "Log in");
    await picture(home.page, "login-wide");
    await logIn(home.page, "oslo");
    await heading(home.page, "Welcome, Ann");
    expect(await home.page.locator("#account-text").textContent()).toContain("No code was asked for.");
    await home.page.getByRole("button", { name: "Log out" }).click();
    await logIn(home.page, "oslo");
    await heading(home.page, "Welcome, Ann");
    expect(await home.page.locator("#verdict").textContent()).toBe("allow");
    expect(await home.page.locator("#signals .trust").count()).toBeGreaterThan(0);
    await picture(home.page, "account-wide");

    const away = await open(phone);
    await heading(away.page, "Log in");
    await picture(away.page, "login-phone");
    await logIn(away.page, "new-york");
    await heading(away.page, "Is it you?");
    await away.page.getByText("A code is on its way to an*****@example.com.").waitFor();
    await picture(away.page, "challenge-phone");
    expect(await signedIn(away.page)).toBe(false);

    const code = await newestCode(demo.inboxUrl);
    const wrong = code === "000000" ? "000001" : "000000";
    await away.page.getByLabel("Code").fill(wrong);
    await away.page.getByRole("button", { name: "Go on" }).click();
    await away.page.getByText("That is not the code. 4 more tries.").waitFor();
    await picture(away.page, "wrong-code-phone");
    expect(await signedIn(away.page)).toBe(false);

    await away.page.getByLabel("Code").fill(code);
    await away.page.getByRole("button", { name: "Go on" }).click();
    await heading(away.page, "Welcome, Ann");
    expect(await away.page.locator("#account-text").textContent()).toContain(
      "A code was asked for and given.",
    );
    expect(await away.page.locator("#verdict").textContent()).toBe("challenge");
    await picture(away.page, "account-phone");

    await away.page.getByRole("button", { name: "Log out" }).click();
    await logIn(away.page, "new-york");
    await heading(away.page, "Welcome, Ann");
    expect(await away.page.locator("#account-text").textContent()).toContain("No code was asked for.");
    expect(home.complaints).toEqual([]);
    expect(away.complaints).toEqual([]);
  });

  test("with the keyboard alone, and the box for another device", async () => {
    const { page, complaints } = await open({ ...laptop, colorScheme: "dark" });
    await heading(page, "Log in");
    await page.getByLabel("Coming from").selectOption("tokyo");
    await page.getByLabel("Another device").check();
    await page.locator("[name=email]").focus();
    await page.keyboard.type("ann@example.com");
    await page.keyboard.press("Tab");
    await page.keyboard.type("correct horse battery");
    await page.keyboard.press("Enter");
    await heading(page, "Is it you?");
    await page.getByText("A code is on its way to").waitFor();
    await picture(page, "challenge-wide-dark");
    expect(await page.getByRole("button", { name: /Send another code \(\d+ s\)/ }).isDisabled()).toBe(true);
    await page.keyboard.type("12");
    await page.keyboard.press("Enter");
    await page.getByText("The code has six digits.").waitFor();
    await page.keyboard.press("Control+a");
    await page.keyboard.type(await newestCode(demo.inboxUrl));
    await page.keyboard.press("Enter");
    await heading(page, "Welcome, Ann");
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe("H1");
    await picture(page, "account-wide-dark");

    // The same pretence again is known, and so, from home, is this device as it is.
    for (const [place, another] of [
      ["tokyo", true],
      ["oslo", false],
    ] as const) {
      await page.getByRole("button", { name: "Log out" }).click();
      await page.getByLabel("Another device").setChecked(another);
      await logIn(page, place);
      await heading(page, "Welcome, Ann");
      expect(await page.locator("#account-text").textContent()).toContain("No code was asked for.");
    }
    expect(complaints).toEqual([]);
  });

  test("the inbox shows the code to whoever follows the link", async () => {
    const { page } = await open(laptop);
    await page.goto(demo.inboxUrl);
    expect(await page.textContent("body")).toContain(await newestCode(demo.inboxUrl));
  });
});

describe("what a careful integrator sees to", () => {
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(demo.url + path, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });

  test("a wrong password, an unknown account and nonsense look the same", async () => {
    const answers = await Promise.all(
      [
        { email: "ann@example.com", password: "wrong" },
        { email: "nobody@example.com", password: "correct horse battery" },
        { email: "ann@example.com", password: { $ne: "" } },
        {},
      ].map((body) => post("/login", body)),
    );
    for (const answer of answers) {
      expect(answer.status).toBe(401);
      expect(await answer.json()).toEqual({ status: "refused" });
      expect(answer.headers.getSetCookie()).toEqual([]);
    }
  });

  test("a challenge is of no use without the login it belongs to", async () => {
    const answer = await post("/login/verify", { code: await newestCode(demo.inboxUrl) });
    expect(answer.status).toBe(410);
  });

  test("another site's page, broken JSON and a huge body are refused", async () => {
    expect((await post("/login", {}, { "sec-fetch-site": "cross-site" })).status).toBe(403);
    expect((await post("/logout", {}, { "sec-fetch-site": "same-site" })).status).toBe(403);
    const broken = await fetch(`${demo.url}/login`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{",
    });
    expect(broken.status).toBe(400);
    expect(await broken.json()).toEqual({ status: "refused" });
    expect((await post("/login", { email: "x".repeat(20_000) })).status).toBe(413);
  });

  test("strict headers, and cookies that scripts cannot read", async () => {
    const page = await fetch(demo.url);
    expect(page.headers.get("content-security-policy")).toMatch(
      /^default-src 'none'; script-src 'self'; style-src 'self';/,
    );
    expect(page.headers.get("x-content-type-options")).toBe("nosniff");
    expect(page.headers.get("x-powered-by")).toBeNull();
    const body = {
      email: "ann@example.com",
      password: "correct horse battery",
      fingerprint: ["somewhere:else"],
      pretend: { place: "nairobi" },
    };
    const held = await post("/login", body);
    expect(await held.json()).toEqual({ status: "challenge" });
    expect(held.headers.getSetCookie().sort()).toEqual([
      expect.stringMatching(/^rupt_device=.*HttpOnly; SameSite=Lax$/),
      expect.stringMatching(/^rupt_login=.*HttpOnly; SameSite=Strict$/),
    ]);
  });

  test("the terminal tells verdicts and reasons, and no code, secret, contact or fingerprint", async () => {
    const output = demo.output();
    expect(output).toMatch(/challenge \(score [\d.]+\): .*new_device/);
    expect(output).toMatch(/wrong password/);
    expect(output).not.toMatch(/@|somewhere:else|\b\d{6}\b/);
  });
});

test("Ctrl-C ends the demo and its server", async () => {
  expect(await demo.stop()).toBe(0);
  await expect(fetch(demo.url)).rejects.toThrow();
  await expect(fetch(demo.inboxUrl)).rejects.toThrow();
});
