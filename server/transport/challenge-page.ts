import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { Log } from "../log.js";
import { acceptedLanguage } from "./accept-language.js";
import { builtClient } from "./built-client.js";
import type { Page } from "./http.js";

/** What the build says of the page: its languages, the first for whoever wants none of them, and the hashes of its script and style. */
interface Manifest {
  readonly languages: readonly string[];
  readonly script: string;
  readonly style: string;
}

/** The page in one language, ready to send. */
interface Built {
  readonly plain: Buffer;
  readonly packed: Buffer;
  readonly etag: string;
}

const compress = promisify(gzip);

/**
 * Nothing but the page's own script and style runs, it speaks to its own server only, and no one may frame it. The request does not say whose
 * challenge it is (the token stays in the browser), so these headers are the same for every project.
 */
function headersOf({ script, style }: Manifest): Record<string, string> {
  const policy = [
    "default-src 'none'",
    `script-src ${script}`,
    `style-src ${style}`,
    "connect-src 'self'",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ];
  return {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": policy.join("; "),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-robots-tag": "noindex",
    // Kept by the browser alone, and asked for again each time; mostly the answer is 304.
    "cache-control": "private, no-cache",
    vary: "accept-language, accept-encoding",
  };
}

async function readBuilt(folder: string, language: string): Promise<Built> {
  const plain = await readFile(join(folder, `${language}.html`));
  const etag = `"${createHash("sha256").update(plain).digest("base64url").slice(0, 22)}"`;
  return { plain, packed: await compress(plain, { level: 9 }), etag };
}

/** `?lang=`, else the browser's preference, else the first. */
function languageOf(request: IncomingMessage, languages: readonly string[]): string | undefined {
  const query = new URLSearchParams(request.url?.split("?", 2)[1] ?? "");
  const asked = query.get("lang")?.toLowerCase();
  return (
    languages.find((language) => language === asked) ??
    acceptedLanguage(request.headers["accept-language"], languages) ??
    languages[0]
  );
}

/** `GET /challenge/…`: the hosted challenge page; none, with a warning, where it has not been built. */
export async function openChallengePages(log: Log): Promise<readonly Page[]> {
  const folder = builtClient("challenge-page");
  if (folder === undefined) {
    log.warn({}, "the challenge page is not built (node build.mjs), so it is not served");
    return [];
  }
  const manifest = JSON.parse(await readFile(join(folder, "page.json"), "utf8")) as Manifest;
  const headers = headersOf(manifest);
  const pages = new Map<string | undefined, Built>();
  for (const language of manifest.languages) pages.set(language, await readBuilt(folder, language));

  const page: Page = {
    path: "/challenge/*",
    async answer(request: IncomingMessage, response: ServerResponse) {
      const language = languageOf(request, manifest.languages);
      const built = pages.get(language);
      if (language === undefined || built === undefined)
        throw new Error("the challenge page has no language");
      const packs = /\bgzip\b/.test(String(request.headers["accept-encoding"] ?? ""));
      const common = { ...headers, "content-language": language, etag: built.etag };
      if (request.headers["if-none-match"]?.includes(built.etag)) {
        response.writeHead(304, common).end();
        return;
      }
      const body = packs ? built.packed : built.plain;
      response.writeHead(200, {
        ...common,
        ...(packs ? { "content-encoding": "gzip" } : {}),
        "content-length": body.length,
      });
      response.end(request.method === "HEAD" ? undefined : body);
    },
  };
  return [page];
}
