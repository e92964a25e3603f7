import { availableParallelism, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { type Browser, chromium } from "playwright-core";
import { makeCaller } from "../challenges/caller.js";
import { percentile } from "../load/loaders.js";
import { startService } from "../load/service.js";
import { coldFingerprints } from "./fingerprint.js";

const { values } = parseArgs({ options: { loads: { type: "string", default: "25" } } });
const loads = Number(values.loads);

/** When, in milliseconds since the navigation began, a load came how far. */
interface Load {
  /** The first byte of the page was there. */
  readonly firstByte: number;
  /** The page asked how the challenge stands. */
  readonly asked: number;
  /** The answer was there. */
  readonly answered: number;
  /** Something was painted first. */
  readonly painted: number;
  /** The frame was drawn in which the button that sends a code can be pressed. */
  readonly usable: number;
}

/** Runs in the page before its own script. */
const watch = `new MutationObserver((_, observer) => {
  if (document.querySelector("main form button") === null) return;
  observer.disconnect();
  requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => { globalThis.usableAt = performance.now(); };
    port2.postMessage(0);
  });
}).observe(document, { childList: true, subtree: true });`;

/** Waits until the page is usable and its first paint is on record. */
const read = `(async () => {
  for (;;) {
    const [page] = performance.getEntriesByType("navigation");
    const call = performance.getEntriesByType("resource").find(({ initiatorType }) => initiatorType === "fetch");
    const [paint] = performance.getEntriesByName("first-contentful-paint");
    const usable = globalThis.usableAt;
    if (call && paint && usable) {
      return { firstByte: page.responseStart, asked: call.startTime, answered: call.responseEnd, painted: paint.startTime, usable };
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
})()`;

/** Opens the page in a private window of its own: nothing is cached, no connection open. */
async function load(browser: Browser, url: string): Promise<Load> {
  const context = await browser.newContext({ locale: "en-GB" });
  try {
    const page = await context.newPage();
    await page.addInitScript(watch);
    await page.goto(url, { waitUntil: "commit" });
    return await page.evaluate<Load>(read);
  } finally {
    await context.close();
  }
}

function line(name: string, times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) => percentile(sorted, share).toFixed(0).padStart(5);
  return `${name.padEnd(34)} median ${at(0.5)} ms   95 % ${at(0.95)} ms   worst ${at(1)} ms`;
}

async function main(): Promise<void> {
  const service = await startService(({ port }) => ({
    PUBLIC_URL: `http://localhost:${port}`,
    // Nothing is sent: the page is measured until it could be asked to.
    SMTP_URL: "smtp://127.0.0.1:9",
    MAIL_FROM: "bench@example.com",
    LOG_LEVEL: "silent",
  }));
  const { port, secret } = service;
  const executablePath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
  const caller = makeCaller(port, secret);
  const print = (text: string) => process.stdout.write(`${text}\n`);
  try {
    const ask = async (n: number): Promise<string> => {
      const attempt = { action: "login", user: `user-${n}`, email: `user-${n}@example.com` };
      await caller.post("/v2/evaluate", { ...attempt, fingerprint: `home ${n}`, ip: "84.208.20.110" });
      const { body } = await caller.post("/v2/evaluate", {
        ...attempt,
        fingerprint: `new ${n}`,
        ip: "8.8.8.8",
      });
      if (typeof body.challenge_url !== "string") throw new Error(JSON.stringify(body));
      return body.challenge_url;
    };
    const seen: Load[] = [];
    for (let n = 0; n < loads; n++) seen.push(await load(browser, await ask(n)));

    print(
      line(
        "first byte of the page",
        seen.map(({ firstByte }) => firstByte),
      ),
    );
    print(
      line(
        "first paint",
        seen.map(({ painted }) => painted),
      ),
    );
    print(
      line(
        "the page asks the server",
        seen.map(({ asked }) => asked),
      ),
    );
    print(
      line(
        "the server has answered",
        seen.map(({ answered }) => answered),
      ),
    );
    print(
      line(
        "usable",
        seen.map(({ usable }) => usable),
      ),
    );
    const over = seen.filter(({ usable }) => usable > 300).length;
    const answer = await fetch(`http://127.0.0.1:${port}/challenge/x`, {
      headers: { "accept-encoding": "identity" },
    });
    const html = Buffer.from(await answer.arrayBuffer());
    print(
      `${over} of ${loads} loads over 300 ms; the page is ${html.length} bytes, ${gzipSync(html, { level: 9 }).length} gzipped, in one request`,
    );
    print(line("getHash(), Chromium just started", await coldFingerprints(loads)));
    print(
      `load average ${loadavg()[0]?.toFixed(1)} on ${availableParallelism()} processors; Chromium ${browser.version()}`,
    );
  } finally {
    caller.close();
    await browser.close();
    await service.end();
  }
}

main().then(
  () => process.exit(0),
  (error) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  },
);
