import { createServer } from "node:http";
import { gzipSync } from "node:zlib";
import { create, toBinary } from "@bufbuild/protobuf";
import type { Browser, BrowserContext, Page, Route } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ErrorInfoSchema } from "../../../gen/es/google/rpc/error_details_pb.js";
import type { TestClock } from "../../../test/server/test-clock.js";
import { startTestServer, type TestServer } from "../../../test/server/test-server.js";
import { startChromium } from "../../browser/test/browser-lab.js";
import { wordings } from "../src/wordings.js";
import { ask, violations, visiting, visitingAlone } from "./page-lab.js";

let server: TestServer<TestClock>;
let browser: Browser;
/** Of one window, since making a window and its process takes three times as long as a visit. */
let window: BrowserContext;

beforeAll(async () => {
  [server, browser] = await Promise.all([startTestServer(), startChromium("--process-per-site")]);
  window = await browser.newContext({ locale: "en-GB" });
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

const { en } = wordings;
const title = (page: Page) => page.getByRole("heading", { level: 1 });
const codeField = (page: Page) => page.getByRole("textbox", { name: en.code });
const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click();
/** Where the page speaks Connect. */
const calls = "**/rupt.v2.ChallengeService/**";
const wrongFor = (code: string) => (code === "000000" ? "000001" : "000000");

async function sent(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await press(page, en.send);
  await codeField(page).waitFor();
}

/** Ends that axe-core has looked at: it takes half a second, and each looks the same however it was come to. */
const examined = new Set<string>();

async function endsWith(page: Page, heading: string): Promise<void> {
  await page.getByRole("heading", { level: 1, name: heading, exact: true }).waitFor();
  if (examined.has(heading)) return;
  examined.add(heading);
  await expect(violations(page)).resolves.toEqual([]);
}

describe.concurrent("the page", () => {
  test("is one request of at most 30 kB gzipped, and asks no one else for anything", async () => {
    const { url } = await ask(server);
    await visiting(window, async (page) => {
      const requests: string[] = [];
      page.on("request", (request) => requests.push(request.url()));
      await sent(page, url);
      const own = new URL(url).origin;
      expect(requests.filter((request) => !request.startsWith(own) && request !== "data:,")).toEqual([]);
      const documents = requests.filter((request) => !request.includes("/rupt.v2.ChallengeService/"));
      expect(documents.filter((request) => request !== "data:,")).toHaveLength(1);
    });
    const answer = await fetch(url, { headers: { "accept-encoding": "gzip" } });
    expect(answer.headers.get("content-encoding")).toBe("gzip");
    expect(Number(answer.headers.get("content-length"))).toBeLessThan(30_000);
    expect(gzipSync(await answer.text()).length).toBeLessThan(30_000);
  });

  test("asks how the challenge stands before its body is there", async () => {
    const { url } = await ask(server);
    await visiting(window, async (page) => {
      await page.addInitScript(`{
        const { fetch } = globalThis;
        globalThis.fetch = (...call) => {
          globalThis.bodyWhenAsked ??= String(document.body);
          return fetch(...call);
        };
      }`);
      await page.goto(url);
      await page.getByRole("button", { name: en.send }).waitFor();
      expect(await page.evaluate("bodyWhenAsked")).toBe("null");
    });
  });

  test("lets no other script run, and no one frame it", async () => {
    const { url } = await ask(server);
    const policy = (await fetch(url)).headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain("unsafe");
    const page = await browser.newPage();
    await page.goto(url);
    const blocked = await page.evaluate(`(async () => {
      const blocked = [];
      addEventListener("securitypolicyviolation", (event) => blocked.push(event.effectiveDirective));
      const attempt = (act) => { try { return act(); } catch (error) { blocked.push(error.name); } };
      attempt(() => { document.body.innerHTML = "<p>"; });
      await fetch("https://example.com/").catch(() => {});
      await new Promise((done) => Object.assign(new Image(), { onerror: done, src: "https://example.com/x.png" }));
      return [...new Set(blocked)].sort();
    })()`);
    expect(blocked).toEqual(["TypeError", "connect-src", "img-src", "require-trusted-types-for"]);
    await page.goto(`${server.baseUrl}/healthz`);
    await page.setContent(`<iframe src="${url}"></iframe>`);
    const frame = await (await page.locator("iframe").elementHandle())?.contentFrame();
    await frame?.waitForURL(/^chrome-error:/);
    await page.close();
  });

  test("keeps the token out of the address, the log of requests and the referrer", async () => {
    const { url, clientToken } = await ask(server);
    await visiting(window, async (page) => {
      const heads: string[] = [];
      page.on("request", (request) => heads.push(request.url(), request.headers().referer ?? ""));
      await sent(page, url);
      expect(page.url()).not.toContain(clientToken);
      expect(heads.join(" ")).not.toContain(clientToken);
    });
  });
});

describe.concurrent.each(Object.entries(wordings))("in %s", (language, words) => {
  test("from the choice of a channel to the end, without a violation that axe-core knows", async () => {
    const { url, email } = await ask(server, { phone: "+4791234567" });
    await visitingAlone(browser, { locale: language }, async (page) => {
      await page.goto(url);
      await page.getByRole("heading", { level: 1, name: words.title, exact: true }).waitFor();
      await page.getByRole("button", { name: words.send }).waitFor();
      expect(await page.locator("html").getAttribute("lang")).toBe(language);
      expect(await page.locator("html").getAttribute("dir")).toBe(words.direction);
      expect(await page.getByRole("radio").count()).toBe(2);
      expect(await page.locator("main").textContent()).toContain("******67");
      expect(await page.locator("main").textContent()).not.toContain(email);
      expect(await violations(page)).toEqual([]);

      await press(page, words.send);
      const field = page.getByRole("textbox", { name: words.code });
      await field.waitFor();
      const code = server.codeFor(email);
      await field.fill(wrongFor(code));
      expect(await violations(page)).toEqual([]);
      await press(page, words.confirm);
      await page.getByRole("alert").filter({ hasText: /\S/ }).waitFor();
      expect(await violations(page)).toEqual([]);
      await field.fill(code);
      await press(page, words.confirm);
      await endsWith(page, words.ends.passed.title);
    });
  });
});

describe.concurrent.each(Object.keys(wordings))("in %s", (language) => {
  test("nothing is cut off on a phone, nor on a wide screen, and axe-core finds nothing, in light and dark", async () => {
    const { url } = await ask(server, { phone: "+4791234567" });
    await visiting(window, async (page) => {
      await page.goto(url.replace("#", `?lang=${language}#`));
      await page.getByRole("radio").first().waitFor();
      for (const [width, height, colorScheme] of [
        [360, 640, "light"],
        [320, 480, "dark"],
        [1440, 900, "dark"],
      ] as const) {
        await page.setViewportSize({ width, height });
        await page.emulateMedia({ colorScheme });
        const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(wider).toBeLessThanOrEqual(0);
        expect(await violations(page)).toEqual([]);
      }
    });
  });
});

test.concurrent("?lang goes before what the browser prefers", async () => {
  const { url } = await ask(server);
  await visitingAlone(browser, { locale: "fr-FR" }, async (page) => {
    await page.goto(url.replace("#", "?lang=es#"));
    await title(page).filter({ hasText: wordings.es.title }).waitFor();
  });
});

describe.concurrent("a code", () => {
  test("is taken from a pasted message", async () => {
    const { url, email } = await ask(server);
    await visiting(window, async (page) => {
      await sent(page, url);
      const code = server.codeFor(email);
      await codeField(page).focus();
      await page.evaluate(
        (text) => document.execCommand("insertText", false, text),
        `Your code is ${code.slice(0, 3)} ${code.slice(3)}`,
      );
      expect(await codeField(page).inputValue()).toBe(code);
      expect(await codeField(page).getAttribute("autocomplete")).toBe("one-time-code");
      expect(await codeField(page).getAttribute("inputmode")).toBe("numeric");
      await press(page, en.confirm);
      await endsWith(page, en.ends.passed.title);
    });
  });

  test("that is too short costs no try", async () => {
    const { url, challengeId } = await ask(server);
    await visiting(window, async (page) => {
      await sent(page, url);
      await codeField(page).fill("12345");
      await press(page, en.confirm);
      await page.getByRole("alert").filter({ hasText: en.codeMalformed }).waitFor();
    });
    expect((await server.get(`/v2/challenges/${challengeId}`)).body.attempts_remaining).toBe(5);
  });

  test("wrong five times ends it, and the right one comes too late", async () => {
    const { url, email } = await ask(server);
    await visiting(window, async (page) => {
      await sent(page, url);
      const code = server.codeFor(email);
      for (const left of ["4 tries", "3 tries", "2 tries", "1 try"]) {
        await codeField(page).fill(wrongFor(code));
        await press(page, en.confirm);
        await page
          .getByRole("alert")
          .filter({ hasText: `${left} left.` })
          .waitFor();
      }
      await codeField(page).fill(wrongFor(code));
      await press(page, en.confirm);
      await endsWith(page, en.ends.exhausted.title);
      await page.reload();
      await endsWith(page, en.ends.exhausted.title);
    });
  });
});

describe.concurrent("it ends clearly", () => {
  test("when a newer challenge took its place", async () => {
    const { url, user } = await ask(server);
    await visiting(window, async (page) => {
      await sent(page, url);
      const again = await server.post("/v2/devices/evaluate", {
        action: "login",
        user,
        fingerprint: `phone of ${user}`,
        ip: "8.8.8.8",
      });
      expect(again.body.verdict).toBe("challenge");
      await page.reload();
      await endsWith(page, en.ends.superseded.title);
    });
  });

  test("when it has been used, though the token still shows it", async () => {
    const { url, email, challengeId, clientToken } = await ask(server);
    await visiting(window, async (page) => {
      await sent(page, url);
      await codeField(page).fill(server.codeFor(email));
      await press(page, en.confirm);
      await endsWith(page, en.ends.passed.title);
      await server.post(`/v2/challenges/${challengeId}/complete`);
      await page.reload();
      await endsWith(page, en.ends.used.title);
    });
    for (const path of ["send", "verify"]) {
      const dead = await server.post(
        `/v2/challenges/${challengeId}/${path}`,
        { code: "123456" },
        { authorization: `Bearer ${clientToken}` },
      );
      expect(dead).toMatchObject({ status: 403, body: { reason: "not_permitted" } });
    }
  });

  test("when the link is not whole, or is for another challenge", async () => {
    const { url, clientToken } = await ask(server);
    const other = await ask(server);
    await visiting(window, async (page) => {
      for (const wrong of [
        url.replace(/#.*/, ""),
        url.slice(0, -1),
        other.url.replace(other.clientToken, clientToken),
        url.replace(/challenge\/[^#]*/, "challenge/nonsense"),
      ]) {
        await page.goto("about:blank");
        await page.goto(wrong);
        await endsWith(page, en.ends.invalid.title);
        expect(await page.getByRole("button").count()).toBe(0);
      }
    });
  });

  test("when there is no way to reach the user", async () => {
    const { body } = await server.post("/v2/devices/evaluate", {
      action: "login",
      user: "unreachable",
      fingerprint: "a",
      ip: "84.208.20.110",
    });
    expect(body.verdict).toBe("allow");
    const asked = await server.post("/v2/devices/evaluate", {
      action: "login",
      user: "unreachable",
      fingerprint: "b",
      ip: "8.8.8.8",
    });
    await visiting(window, async (page) => {
      await page.goto(asked.body.challenge_url);
      await endsWith(page, en.ends.no_contact.title);
    });
  });
});

describe.concurrent("it survives", () => {
  test("a reload, with the code that was sent before it", async () => {
    const { url, email } = await ask(server);
    await visiting(window, async (page) => {
      await sent(page, url);
      await page.reload();
      await codeField(page).fill(server.codeFor(email));
      await press(page, en.confirm);
      await endsWith(page, en.ends.passed.title);
    });
  });

  test("going away and coming back by the back button", async () => {
    const { url, email } = await ask(server);
    await visiting(window, async (page) => {
      await sent(page, url);
      await page.goto(`${server.baseUrl}/healthz`);
      await page.goBack();
      await codeField(page).fill(server.codeFor(email));
      await press(page, en.confirm);
      await endsWith(page, en.ends.passed.title);
    });
  });

  test("a lost connection, with what was typed", async () => {
    const { url, email } = await ask(server);
    await visitingAlone(browser, {}, async (page) => {
      await sent(page, url);
      await codeField(page).fill(server.codeFor(email));
      await page.context().setOffline(true);
      await press(page, en.confirm);
      await page.getByRole("alert").filter({ hasText: "No connection" }).waitFor();
      expect(await violations(page)).toEqual([]);
      await page.context().setOffline(false);
      await press(page, en.confirm);
      await endsWith(page, en.ends.passed.title);
    });
  });

  test.each<[string, (route: Route) => Promise<void>]>([
    ["without a connection", (route) => route.abort()],
    [
      "with a proxy that answers in the server's place",
      (route) => route.fulfill({ status: 502, contentType: "text/html", body: "<h1>Bad Gateway</h1>" }),
    ],
    ["with a proxy that answers 200", (route) => route.fulfill({ json: ["maintenance"] })],
    [
      "with a proxy that answers 200 with a page",
      (route) => route.fulfill({ contentType: "text/html", body: "<h1>Log in to the wireless network</h1>" }),
    ],
    [
      "with a proxy that speaks JSON",
      (route) => route.fulfill({ status: 503, json: { code: "unavailable" } }),
    ],
    [
      "with an answer that cannot be read",
      (route) => route.fulfill({ contentType: "application/proto", body: "no message" }),
    ],
  ])("starting %s", async (_, answer) => {
    const { url } = await ask(server);
    await visiting(window, async (page) => {
      await page.route(calls, answer);
      await page.goto(url);
      await endsWith(page, en.ends.unreachable.title);
      await page.unroute(calls);
      await press(page, en.tryAgain);
      await page.getByRole("button", { name: en.send }).waitFor();
    });
  });
});

test.concurrent("it says how long to wait where the server does", async () => {
  const { url, email } = await ask(server);
  const info = create(ErrorInfoSchema, {
    reason: "rate_limited",
    domain: "rupt.com",
    metadata: { retry_after_seconds: "90" },
  });
  const value = Buffer.from(toBinary(ErrorInfoSchema, info)).toString("base64");
  await visiting(window, async (page) => {
    await sent(page, url);
    await page.route(calls, (route) =>
      route.fulfill({
        status: 429,
        headers: { "retry-after": "90" },
        json: { code: "resource_exhausted", details: [{ type: ErrorInfoSchema.typeName, value }] },
      }),
    );
    await codeField(page).fill(server.codeFor(email));
    await press(page, en.confirm);
    await page.getByRole("alert").filter({ hasText: "1:30" }).waitFor();
    await page.unroute(calls);
    await press(page, en.confirm);
    await endsWith(page, en.ends.passed.title);
  });
});

test.concurrent("the keyboard alone is enough", async () => {
  const { url, email } = await ask(server, { phone: "+4791111111" });
  await visiting(window, async (page) => {
    const focused = () =>
      page.evaluate(() => {
        const { activeElement: at } = document;
        return at instanceof HTMLInputElement ? `${at.type} ${at.value}` : (at?.textContent ?? "");
      });
    await page.goto(url);
    await page.getByRole("radio").first().waitFor();
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("radio email");
    await page.keyboard.press("ArrowDown");
    expect(await focused()).toBe("radio sms");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Tab");
    expect(await focused()).toBe(en.send);
    await page.keyboard.press("Enter");
    await codeField(page).waitFor();
    // The focus is where the code goes.
    await page.keyboard.type(server.codeFor(email));
    await page.keyboard.press("Enter");
    await endsWith(page, en.ends.passed.title);
    expect(await focused()).toBe(en.ends.passed.title);
  });
});

// The clock and the settings are the whole server's, so these run one after the other.
describe("as time passes", () => {
  test("a code is sent anew after the wait, and voids the one before it", async () => {
    const { url, email } = await ask(server);
    await visitingAlone(browser, {}, async (page) => {
      await page.clock.install();
      await sent(page, url);
      const first = server.codeFor(email);
      await page.getByRole("button", { name: "New code in 0:30" }).click({ force: true });
      await page.clock.fastForward(29_000);
      await page.getByRole("button", { name: "New code in 0:01" }).waitFor();
      server.clock.advance({ seconds: 30 });
      await page.clock.fastForward(2_000);
      await press(page, en.resend);
      await page.getByRole("status").filter({ hasText: "A new code is on its way" }).waitFor();
      expect(await violations(page)).toEqual([]);
      const second = server.codeFor(email);
      if (first !== second) {
        await codeField(page).fill(first);
        await press(page, en.confirm);
        await page.getByRole("alert").filter({ hasText: "4 tries left." }).waitFor();
      }
      await codeField(page).fill(second);
      await press(page, en.confirm);
      await endsWith(page, en.ends.passed.title);
    });
  });

  test("a code goes another way when asked", async () => {
    const phone = "+4798765432";
    const { url } = await ask(server, { phone });
    await visitingAlone(browser, {}, async (page) => {
      await page.clock.install();
      await sent(page, url);
      await press(page, en.otherWay);
      await page.getByRole("radio").nth(1).check();
      server.clock.advance({ seconds: 30 });
      await page.clock.fastForward(31_000);
      await press(page, en.send);
      await codeField(page).waitFor();
      await codeField(page).fill(server.codeFor(phone));
      await press(page, en.confirm);
      await endsWith(page, en.ends.passed.title);
    });
  });
  test("the challenge ends when a code comes too late", async () => {
    const { url, email } = await ask(server);
    await visiting(window, async (page) => {
      await sent(page, url);
      const code = server.codeFor(email);
      server.clock.advance({ minutes: 10 });
      await codeField(page).fill(code);
      await press(page, en.confirm);
      await endsWith(page, en.ends.expired.title);
    });
  });

  test("the challenge ends when nobody does anything", async () => {
    const { url } = await ask(server);
    await visitingAlone(browser, {}, async (page) => {
      await page.clock.install();
      await sent(page, url);
      server.clock.advance({ minutes: 10 });
      await page.clock.fastForward("10:01");
      await endsWith(page, en.ends.expired.title);
    });
  });

  test("a link becomes too old", async () => {
    const { url } = await ask(server);
    server.clock.advance({ hours: 1 });
    await visiting(window, async (page) => {
      await page.goto(url);
      await endsWith(page, en.ends.invalid.title);
    });
  });
});

describe("where the project has registered a success URL", () => {
  test("the user goes on there with the id of the challenge and a proof, and the back button does not lead back", async () => {
    const { projects } = server.foundation;
    const shop = createServer((_, response) => response.end("<title>Welcome</title>"));
    await new Promise<void>((resolve) => shop.listen(0, "127.0.0.1", resolve));
    const address = shop.address();
    const home = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/`;
    await projects.set("test", "success-url", `${home}welcome?from=login`);
    server.clock.advance({ seconds: 2 });
    const { url, email, challengeId } = await ask(server);
    try {
      await visiting(window, async (page) => {
        await page.goto(home);
        await sent(page, `${url.replace("#", "?success_url=https://evil.example.com/&return_url=//evil#")}`);
        await codeField(page).fill(server.codeFor(email));
        await press(page, en.confirm);
        await page.waitForURL(/&proof=/);
        const gone = page.url();
        const proof = new URL(gone).searchParams.get("proof") ?? "";
        expect(gone).toBe(`${home}welcome?from=login&challenge_id=${challengeId}&proof=${proof}`);
        await page.goBack();
        expect(page.url()).toBe(home);
        await page.goto(url);
        await endsWith(page, en.ends.passed.title);
        expect(await page.getByRole("link", { name: en.goOn }).getAttribute("href")).toBe(gone);
      });
      // Whoever else has the link learns that the challenge was passed, and gets no proof of it.
      await visitingAlone(browser, {}, async (page) => {
        await page.goto(url);
        await endsWith(page, en.ends.passed.title);
        const goOn = page.getByRole("link", { name: en.goOn });
        expect(await goOn.getAttribute("href")).toBe(`${home}welcome?from=login&challenge_id=${challengeId}`);
      });
    } finally {
      await projects.set("test", "success-url", "default");
      server.clock.advance({ seconds: 2 });
      shop.closeAllConnections();
      shop.close();
    }
  });
});
