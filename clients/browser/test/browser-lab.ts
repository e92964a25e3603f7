import { access, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, type BrowserContext, chromium, type LaunchOptions, type Page } from "playwright-core";

const executablePath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";

/** A name of the test's own machine that, other than 127.0.0.1, browsers do not take for a secure one. */
export const insecureHost = "insecure.test";

const launchOptions: LaunchOptions = {
  executablePath,
  headless: true,
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    `--host-resolver-rules=MAP ${insecureHost} 127.0.0.1`,
  ],
};

/** Starts Chromium, with further arguments if need be. @throws Error that says what to do if there is none: this test is never skipped. */
export async function startChromium(...args: readonly string[]): Promise<Browser> {
  await access(executablePath).catch((cause: unknown) => {
    throw new Error(`no Chromium at ${executablePath}: install it, or set CHROMIUM_PATH`, { cause });
  });
  return chromium.launch({ ...launchOptions, args: [...(launchOptions.args ?? []), ...args] });
}

let shared: Browser | undefined;

/**
 * The Chromium of all test files of a worker, which ends with the worker and is not to be closed: its start takes longer than most tests.
 * They open windows of their own.
 */
export async function sharedChromium(): Promise<Browser> {
  if (shared?.isConnected() !== true) shared = await startChromium();
  return shared;
}

/** A name of this machine that browsers take for a secure one, for pages at that zoom (1 is 100 %). */
export const hostAtZoom = (zoom: number): string => `zoom-${Math.round(zoom * 100)}.localhost`;

/**
 * Runs `visit` in Chromium with a new profile on disk, whose user has set a zoom for the pages of each of those hosts: one browser for all
 * of them, as its start is what takes long.
 */
export async function inNewProfile<T>(
  zooms: readonly number[],
  visit: (context: BrowserContext) => Promise<T>,
): Promise<T> {
  const profile = await mkdtemp(join(tmpdir(), "rupt-profile-"));
  try {
    await mkdir(join(profile, "Default"));
    // A zoom level is a power of 1.2. "x" is how Chromium writes the default storage partition.
    const levels = zooms.map((zoom) => [
      hostAtZoom(zoom),
      { zoom_level: Math.log(zoom) / Math.log(1.2), last_modified: "13370000000000000" },
    ]);
    const preferences = { partition: { per_host_zoom_levels: { x: Object.fromEntries(levels) } } };
    await writeFile(join(profile, "Default", "Preferences"), JSON.stringify(preferences));
    const context = await chromium.launchPersistentContext(profile, { ...launchOptions, viewport: null });
    try {
      return await visit(context);
    } finally {
      await context.close();
    }
  } finally {
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Pages that a test visits, on a port of its own. */
export interface Site {
  /** Address of a page: the path of a row in `pages`. */
  readonly url: (path: string) => string;
  /** Paths that were asked for since the last call. */
  readonly takeRequests: () => readonly string[];
  readonly close: () => Promise<void>;
}

/** What the site answers under one path. */
export interface SitePage {
  readonly head?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Serves `pages`, each of which loads the built script, and the files of `dist`. */
export async function openSite(dist: URL, pages: Readonly<Record<string, SitePage>>): Promise<Site> {
  const requests: string[] = [];
  const server: Server = createServer(async (request, response) => {
    const path = request.url ?? "/";
    requests.push(path);
    const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
    if (page !== undefined) {
      const html = `<!doctype html><meta charset="utf-8"><title>Log in</title>${page.head ?? ""}
        <link rel="icon" href="data:,"><body><h1>Log in</h1><p>Text</p><script src="/rupt.js"></script></body>`;
      response.writeHead(200, { "content-type": "text/html", ...page.headers }).end(html);
    } else if (path === "/rupt.js" || path === "/index.js") {
      response
        .writeHead(200, { "content-type": "text/javascript" })
        .end(await readFile(new URL(`.${path}`, dist)));
    } else {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") {
    throw new Error("the site has no port");
  }
  return {
    url: (path) => `http://127.0.0.1:${address.port}${path}`,
    takeRequests: () => requests.splice(0),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What one call of `Rupt.getHash()` on a page gave, and how long it took there. */
export interface Reading {
  readonly entries: readonly string[];
  readonly tookMs: number;
}

/** Calls `Rupt.getHash()` on the page as it is. */
export function read(page: Page): Promise<Reading> {
  return page.evaluate(`(async () => {
    const begun = Date.now();
    const entries = await Rupt.getHash();
    return { entries, tookMs: Date.now() - begun };
  })()`);
}

/** The names of the entries in which two arrays differ. */
export function changed(before: readonly string[], after: readonly string[]): readonly string[] {
  const kept = new Set(before);
  const differing = after
    .filter((entry) => !kept.has(entry))
    .map((entry) => entry.slice(0, entry.indexOf(":")));
  return before.length === after.length ? differing : [...differing, "length"];
}
