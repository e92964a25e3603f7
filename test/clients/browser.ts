import { existsSync } from "node:fs";
import { build } from "esbuild";
import { type Browser, chromium, type Page } from "playwright-core";
import { type Caller, codeWord, fromConnectError, fromProtoJson, type Json, toProtoJson } from "./caller.js";
import type { Address } from "./live-servers.js";
import type { Asked, Told } from "./page.js";

const executablePath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
const here = new URL(".", import.meta.url).pathname;

/** What is missing on this machine, or undefined. */
export function missingBrowser(): string | undefined {
  return existsSync(executablePath) ? undefined : `no Chromium at ${executablePath}`;
}

/** A page of the server's own origin with the tests' script on it. */
async function openPage(browser: Browser, { baseUrl }: Address): Promise<Page> {
  const { outputFiles } = await build({
    stdin: { contents: 'export { ask } from "./page.js";', resolveDir: here },
    bundle: true,
    write: false,
    format: "iife",
    globalName: "rupt",
    // The browser SDK as it is published, not its sources.
    tsconfigRaw: {},
  });
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  const page = await context.newPage();
  // Never asked of the server, whose own pages load anew by themselves or forbid scripts.
  const blank = `${baseUrl}/blank`;
  await page.route(blank, (route) => route.fulfill({ contentType: "text/html", body: "<!doctype html>" }));
  await page.goto(blank);
  await page.addScriptTag({ content: outputFiles[0]?.text ?? "" });
  return page;
}

/** The methods that a client token may call. */
const ofToken: ReadonlySet<string> = new Set(["SendChallenge", "VerifyChallenge", "DescribeChallenge"]);

/**
 * The browser's clients in a real Chromium, on a page of the server's own origin. Where a challenge's client token is known, it is what sends and
 * verifies, as in life; all else goes with the API secret, which no real page holds.
 */
export function browserCaller(protocol: Asked["protocol"], address: Address): Caller {
  const tokens = new Map<unknown, string>();
  let browser: Browser | undefined;
  let page: Page | undefined;
  return {
    client: "browser",
    protocol: address.ca === undefined ? protocol : `${protocol}, TLS`,
    offers: "everything",
    async call(method, request, secret) {
      browser ??= await chromium.launch({
        executablePath,
        args: ["--no-sandbox", "--disable-gpu", "--disable-quic"],
      });
      page ??= await openPage(browser, address);
      const token = ofToken.has(method.name) ? tokens.get(request.challenge_id) : undefined;
      const asked: Asked = {
        protocol,
        service: method.parent.typeName,
        method: method.name,
        request: toProtoJson(method, request),
        bearer: token ?? secret,
      };
      const told = await page.evaluate<Told>(`rupt.ask(${JSON.stringify(asked)})`);
      if ("code" in told) return fromConnectError({ ...told, code: codeWord(told.code) });
      const { proof, ...answer } = fromProtoJson(method, told.response);
      if (typeof answer.client_token === "string") tokens.set(answer.challenge_id, answer.client_token);
      // A browser gets this and nobody else, so the answers compare without it.
      const gets = token !== undefined && method.name === "VerifyChallenge" && answer.success === true;
      if (gets !== /^ruptpf_/.test(String(proof))) throw new Error(`proof ${gets ? "missing" : "given"}`);
      return answer as Json;
    },
    close: () => browser?.close(),
  };
}
