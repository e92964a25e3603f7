import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import type { Browser, Page } from "playwright-core";
import { publint } from "publint";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TestClock } from "../../../test/server/test-clock.js";
import { startTestServer, type TestServer } from "../../../test/server/test-server.js";
import { sharedChromium } from "./browser-lab.js";

const run = promisify(execFile);
const here = fileURLToPath(new URL("..", import.meta.url));
const root = join(here, "..", "..");
const dist = join(here, "dist");

let browser: Browser;
beforeAll(async () => {
  browser = await sharedChromium();
});

/** What a bundler makes of a page's module that imports the published entries. */
async function bundle(code: string): Promise<string> {
  const result = await build({
    stdin: { contents: code, resolveDir: here, loader: "js" },
    bundle: true,
    write: false,
    format: "iife",
    define: { "process.env.NODE_ENV": '"development"' },
    tsconfigRaw: {},
    logLevel: "error",
  });
  return result.outputFiles[0]?.text ?? "";
}

/** Serves a page with a script, and passes calls of the API on to `apiUrl`, as a reverse proxy would. */
async function servePage(script: string, apiUrl = ""): Promise<{ url: string; close(): Promise<void> }> {
  const server: Server = createServer(async (request, response) => {
    const path = request.url ?? "/";
    if (path.startsWith("/rupt.v2.")) {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const passed = ["authorization", "content-type", "connect-protocol-version", "connect-timeout-ms"];
      const headers = passed.map((name) => [name, String(request.headers[name] ?? "")] as [string, string]);
      const answer = await fetch(apiUrl + path, { method: "POST", headers, body: Buffer.concat(chunks) });
      response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "" });
      response.end(Buffer.from(await answer.arrayBuffer()));
    } else if (path === "/page.js") {
      response.writeHead(200, { "content-type": "text/javascript" }).end(script);
    } else {
      response
        .writeHead(200, { "content-type": "text/html" })
        .end('<!doctype html><link rel="icon" href="data:,"><main></main><script src="/page.js"></script>');
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function visit<T>(url: string, look: (page: Page) => Promise<T>): Promise<T> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(url);
    return await look(page);
  } finally {
    await context.close();
  }
}

test.each(["index.js", "rupt.js"])("%s holds neither React nor a client of the API", async (file) => {
  const code = await readFile(join(dist, file), "utf8");
  for (const word of ["connectrpc", "bufbuild", "rupt.v2", "useEffect"])
    expect(code.includes(word), word).toBe(false);
});

test("react.js and connect.js do not hold fingerprintjs", async () => {
  for (const file of ["react.js", "connect.js"])
    expect(await readFile(join(dist, file), "utf8")).not.toContain("murmur");
});

describe("useFingerprint", () => {
  const component = `
    import { createElement, StrictMode } from "react";
    import { useFingerprint } from "rupt/react";
    export function Login() {
      const { fingerprint, getFingerprint } = useFingerprint();
      globalThis.seen = [...(globalThis.seen ?? []), fingerprint];
      return createElement("button", { onClick: async () => { globalThis.sent = await getFingerprint(); } }, fingerprint ? "ready" : "reading");
    }
    export const app = createElement(StrictMode, null, createElement(Login));
  `;

  test("reads once, shows it when it is there, and gives the same when asked", async () => {
    const site = await servePage(
      await bundle(`${component}
        import { createRoot } from "react-dom/client";
        import Rupt from "rupt";
        globalThis.getHash = Rupt.getHash;
        createRoot(document.querySelector("main")).render(app);`),
    );
    try {
      await visit(site.url, async (page) => {
        await page.getByRole("button", { name: "ready" }).click();
        const [seen, sent, hash] = await page.evaluate<[unknown[], unknown, unknown]>(
          "(async () => [globalThis.seen, globalThis.sent, await globalThis.getHash()])()",
        );
        expect(seen[0]).toBeFalsy();
        expect(seen.at(-1)).toEqual(hash);
        expect(sent).toEqual(hash);
        expect(hash).toContain("v:1");
      });
    } finally {
      await site.close();
    }
  });

  test("on a server it is not read at all", async () => {
    const code = await bundle(`${component}
      import { renderToString } from "react-dom/server.browser";
      globalThis.html = renderToString(app);`);
    const shell: { html?: string } = {};
    new Function("globalThis", "MessageChannel", "TextEncoder", code)(shell, MessageChannel, TextEncoder);
    expect(shell.html).toBe("<button>reading</button>");
  });
});

describe("createChallengeClient", () => {
  let server: TestServer<TestClock>;
  let site: { url: string; close(): Promise<void> };
  beforeAll(async () => {
    server = await startTestServer();
    const code = `import { ChallengeStatus, createChallengeClient } from "rupt/connect"; Object.assign(globalThis, { ChallengeStatus, createChallengeClient });`;
    site = await servePage(await bundle(code), server.baseUrl);
  });
  afterAll(async () => {
    await site.close();
    await server.stop();
  });

  /** A challenged login: its challenge and the token for it. */
  async function challenged(
    user: string,
  ): Promise<{ challengeId: string; clientToken: string; email: string }> {
    const email = `${user}@example.com`;
    const attempt = { action: "login", user, email };
    await server.post("/v2/evaluate", { ...attempt, fingerprint: [`laptop-${user}`], ip: "84.208.20.110" });
    const { body } = await server.post("/v2/evaluate", {
      ...attempt,
      fingerprint: [`phone-${user}`],
      ip: "8.8.8.8",
    });
    return { challengeId: body.challenge_id, clientToken: body.client_token, email };
  }

  const inPage = (page: Page, clientToken: string, expression: string) =>
    page.evaluate<Record<string, unknown>>(`(async () => {
      const client = createChallengeClient({ baseUrl: location.origin, clientToken: ${JSON.stringify(clientToken)} });
      try {
        const { $typeName, expiresAt, ...answer } = await ${expression};
        return answer;
      } catch (error) {
        return { failed: error.rawMessage ?? error.message, code: error.code };
      }
    })()`);

  test("sends and verifies the challenge that the token is for", async () => {
    const { challengeId, clientToken, email } = await challenged("web");
    await visit(site.url, async (page) => {
      expect(
        await inPage(page, clientToken, `client.sendChallenge({ challengeId: "${challengeId}" })`),
      ).toMatchObject({
        success: true,
        challengeId,
      });
      const code = server.codeFor(email);
      const wrong = code === "000000" ? "000001" : "000000";
      const verify = (digits: string) =>
        inPage(
          page,
          clientToken,
          `client.verifyChallenge({ challengeId: "${challengeId}", code: "${digits}" })`,
        );
      expect(await verify(wrong)).toMatchObject({ success: false, attemptsRemaining: 4 });
      expect(await verify(code)).toMatchObject({ success: true, status: 3 });
    });
    expect((await server.get(`/v2/challenges/${challengeId}`)).body.status).toBe("verified");
  });

  test("not another one", async () => {
    const mine = await challenged("mine");
    const other = await challenged("other");
    await visit(site.url, async (page) => {
      const send = `client.sendChallenge({ challengeId: "${other.challengeId}" })`;
      // 7 is permission_denied.
      expect(await inPage(page, mine.clientToken, send)).toMatchObject({ code: 7 });
    });
  });

  test("an API secret is refused before it leaves the page", async () => {
    await visit(site.url, async (page) => {
      const made = page.evaluate(
        `createChallengeClient({ baseUrl: location.origin, clientToken: "${server.secret}" })`,
      );
      await expect(made).rejects.toThrow("clientToken must be the client_token of an evaluation");
    });
  });
});

test("the package's types serve a strict consumer", async () => {
  const folder = await mkdtemp(join(tmpdir(), "rupt-browser-package-"));
  try {
    const { stdout } = await run("npm", ["pack", here, "--json", "--pack-destination", folder], {
      cwd: folder,
    });
    const installed = join(folder, "node_modules", "rupt");
    await mkdir(installed, { recursive: true });
    await run("tar", [
      "-xzf",
      join(folder, JSON.parse(stdout)[0].filename),
      "-C",
      installed,
      "--strip-components=1",
    ]);
    for (const name of ["@bufbuild", "@connectrpc", "react", "@types/react", "csstype"]) {
      await mkdir(dirname(join(folder, "node_modules", name)), { recursive: true });
      await symlink(join(root, "node_modules", name), join(folder, "node_modules", name));
    }
    const options = {
      compilerOptions: {
        target: "ES2022",
        module: "NodeNext",
        lib: ["ES2022", "DOM"],
        strict: true,
        exactOptionalPropertyTypes: true,
        isolatedModules: true,
        verbatimModuleSyntax: true,
        skipLibCheck: false,
        noEmit: true,
        types: [],
      },
      files: ["consumer.ts"],
    };
    await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module" }));
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify(options));
    await writeFile(
      join(folder, "consumer.ts"),
      `import Rupt, { getHash } from "rupt";
import { type ChallengeClient, ChallengeStatus, createChallengeClient, Language } from "rupt/connect";
import { type BrowserEvaluation, evaluate } from "rupt/evaluate";
import { type FingerprintState, useFingerprint } from "rupt/react";

export const hash: Promise<string[]> = Rupt.getHash === getHash ? getHash() : Rupt.getHash();
const client: ChallengeClient = createChallengeClient({ baseUrl: "/rupt", clientToken: "ruptct_x" });
export const sent = client.sendChallenge({ challengeId: "id", language: Language.FR });
export const right = (await client.verifyChallenge({ challengeId: "id", code: "123456" })).status === ChallengeStatus.VERIFIED;
export const handedIn: Promise<BrowserEvaluation> = evaluate({ baseUrl: "/rupt", clientId: "ruptpk_x", action: "login" });
// @ts-expect-error a client token completes nothing
client.completeChallenge;
export function useIt(): string[] | undefined {
  const state: FingerprintState = useFingerprint();
  return state.fingerprint;
}
`,
    );
    const { messages } = await publint({ pkgDir: installed, level: "suggestion", strict: true, pack: false });
    expect(messages).toEqual([]);
    const tsc = join(
      dirname(createRequire(import.meta.url).resolve("typescript/package.json")),
      "bin",
      "tsc",
    );
    await run(process.execPath, [tsc, "-p", folder]).catch((error: { stdout: string }) => {
      throw new Error(error.stdout);
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
