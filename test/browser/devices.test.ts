import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hostAtZoom, inNewProfile, sharedChromium } from "../../clients/browser/test/browser-lab.js";
import type { TestClock } from "../server/test-clock.js";
import { startTestServer, type TestServer } from "../server/test-server.js";

let server: TestServer<TestClock>;
let browser: Browser;
let site: { readonly url: (path: string) => string; readonly close: () => void };

/** Login pages of the caller's own site, which load the script from the service, or bring the published package along. */
async function openSite(): Promise<typeof site> {
  const published = await readFile(fileURLToPath(import.meta.resolve("published-rupt")));
  const http = createServer((request, response) => {
    if (request.url === "/published.mjs") {
      response.writeHead(200, { "content-type": "text/javascript" }).end(published);
      return;
    }
    const policy = `default-src 'none'; script-src 'self' ${server.baseUrl}; base-uri 'none'; form-action 'none'`;
    response.writeHead(200, {
      "content-type": "text/html",
      ...(request.url === "/strict" ? { "content-security-policy": policy } : {}),
    });
    response.end(`<!doctype html><meta charset="utf-8"><title>Log in</title><link rel="icon" href="data:,">
      <body><h1>Log in</h1><script src="${server.baseUrl}/browser/latest/rupt.js"></script></body>`);
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const { port } = http.address() as AddressInfo;
  return { url: (path) => `http://127.0.0.1:${port}${path}`, close: () => http.close() };
}

beforeAll(async () => {
  server = await startTestServer();
  site = await openSite();
  browser = await sharedChromium();
});
afterAll(async () => {
  site?.close();
  await server?.stop();
});

const readers = {
  "our script": "Rupt.getHash()",
  "the published package": 'import("/published.mjs").then((module) => module.getHash())',
} as const;
type Reader = keyof typeof readers;

async function readPage(
  page: Page,
  reader: Reader,
  path = "/",
  host = "127.0.0.1",
): Promise<readonly (string | null)[]> {
  await page.goto(site.url(path).replace("127.0.0.1", host));
  return page.evaluate(readers[reader]);
}

/** Reads in a new private window. */
async function read(
  reader: Reader,
  options: BrowserContextOptions = {},
  prepare: (page: Page) => Promise<unknown> = async () => {},
  path = "/",
): Promise<readonly (string | null)[]> {
  const context = await browser.newContext({ viewport: null, ...options });
  try {
    const page = await context.newPage();
    await prepare(page);
    return await readPage(page, reader, path);
  } finally {
    await context.close();
  }
}

async function login(user: string, fingerprint: readonly (string | null)[]) {
  const body = { action: "login", user, fingerprint, ip: "84.208.20.110" };
  const answer = await server.post("/v2/devices/evaluate", body);
  expect(answer.status).toBe(200);
  return answer.body;
}

async function slowNetwork(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.emulateNetworkConditions", {
    offline: false,
    latency: 300,
    downloadThroughput: 50_000,
    uploadThroughput: 20_000,
    connectionType: "cellular3g",
  });
}

/** Another machine: what does not come from the graphics card. */
async function onWindows(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send("Emulation.setUserAgentOverride", {
    userAgent:
      "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36",
    platform: "Win32",
  });
  await session.send("Emulation.setHardwareConcurrencyOverride", { hardwareConcurrency: 24 });
}

describe.each(Object.keys(readers) as Reader[])("%s", (reader) => {
  const user = `chromium ${reader}`;

  test("names one device after a reload, in private windows, resized, zoomed, on 3G and under a strict policy", async () => {
    const context = await browser.newContext({ viewport: null });
    const page = await context.newPage();
    const first = await login(user, await readPage(page, reader));
    expect(first.fingerprint_id).toMatch(/^[0-9a-f-]{36}$/);

    const sights: [string, readonly (string | null)[]][] = [["reload", await readPage(page, reader)]];
    const session = await context.newCDPSession(page);
    const { windowId } = await session.send("Browser.getWindowForTarget");
    await session.send("Browser.setWindowBounds", { windowId, bounds: { width: 640, height: 500 } });
    await page.waitForFunction(() => outerWidth === 640);
    sights.push(["resized", await readPage(page, reader)]);
    await context.close();

    sights.push(["private window", await read(reader)]);
    sights.push(["3G", await read(reader, {}, slowNetwork)]);
    sights.push(["strict policy", await read(reader, {}, undefined, "/strict")]);
    const zooms = [1, 1.25, 1.5];
    await inNewProfile(zooms, async (profile) => {
      for (const zoom of zooms) {
        const zoomed = await readPage(await profile.newPage(), reader, "/", hostAtZoom(zoom));
        sights.push([`new profile at zoom ${zoom}`, zoomed]);
      }
    });
    for (const [name, fingerprint] of sights) {
      const { fingerprint_id, reasons } = await login(user, fingerprint);
      expect({ name, fingerprint_id, reasons }).toEqual({
        name,
        fingerprint_id: first.fingerprint_id,
        reasons: [],
      });
    }
  });

  test("names another device for another machine's time zone, language, screen and platform", async () => {
    const first = await login(user, await read(reader));
    const elsewhere = await read(
      reader,
      {
        timezoneId: "Asia/Tokyo",
        locale: "ja-JP",
        viewport: { width: 1280, height: 720 },
        screen: { width: 3440, height: 1440 },
        hasTouch: true,
      },
      onWindows,
    );
    const second = await login(user, elsewhere);
    expect(second.fingerprint_id).not.toBe(first.fingerprint_id);
    expect(second.reasons).toContain("new_device");
    expect((await login(user, elsewhere)).fingerprint_id).toBe(second.fingerprint_id);
    expect((await login(user, await read(reader))).fingerprint_id).toBe(first.fingerprint_id);
  });
});

test("our script and the published package are two kinds of fingerprint, so a change of package is a new device once", async () => {
  const user = "changes package";
  const ours = await login(user, await read("our script"));
  const published = await login(user, await read("the published package"));
  expect(published.fingerprint_id).not.toBe(ours.fingerprint_id);
  expect(published.reasons).toContain("new_device");
  expect((await login(user, await read("our script"))).fingerprint_id).toBe(ours.fingerprint_id);
});
