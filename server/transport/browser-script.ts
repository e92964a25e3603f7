import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { Log } from "../log.js";
import { builtClient } from "./built-client.js";
import type { Page } from "./http.js";

/** The script in one encoding, ready to send. */
interface Encoded {
  /** As `content-encoding` names it; undefined for none. */
  readonly encoding: string | undefined;
  readonly body: Buffer;
  readonly etag: string;
}

/** `latest` changes with the next release, so it is asked for again after an hour; a version never changes. */
const cacheLatest = "public, max-age=3600, stale-while-revalidate=86400";
const cacheVersion = "public, max-age=31536000, immutable";

async function encode(plain: Buffer): Promise<readonly Encoded[]> {
  const digest = createHash("sha256").update(plain).digest("base64url").slice(0, 22);
  const brotli = await promisify(brotliCompress)(plain, {
    params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY },
  });
  return [
    { encoding: "br", body: brotli, etag: `"${digest}-br"` },
    { encoding: "gzip", body: await promisify(gzip)(plain, { level: 9 }), etag: `"${digest}-gzip"` },
    { encoding: undefined, body: plain, etag: `"${digest}"` },
  ];
}

/** Whether an Accept-Encoding header takes an encoding. */
function takes(header: string, encoding: string): boolean {
  return header.split(",").some((part) => {
    const [name, ...parameters] = part.split(";").map((piece) => piece.trim().toLowerCase());
    return name === encoding && !parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter));
  });
}

/** Whether an If-None-Match header names an entity; compared weakly, as RFC 9110 asks for. */
function names(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.split(",").some((part) => ["*", etag].includes(part.trim().replace(/^W\//, "")));
}

function scriptPage(path: string, encodings: () => Promise<readonly Encoded[]>, cacheControl: string): Page {
  return {
    path,
    async answer(request: IncomingMessage, response: ServerResponse) {
      const accepted = String(request.headers["accept-encoding"] ?? "");
      const chosen = (await encodings()).find(
        ({ encoding }) => encoding === undefined || takes(accepted, encoding),
      );
      if (chosen === undefined) throw new Error("the plain script is always there");
      const headers = {
        etag: chosen.etag,
        "cache-control": cacheControl,
        vary: "accept-encoding",
        // Any page may load it, also with an integrity attribute.
        "access-control-allow-origin": "*",
        "cross-origin-resource-policy": "cross-origin",
        "x-content-type-options": "nosniff",
      };
      if (names(request.headers["if-none-match"], chosen.etag)) {
        response.writeHead(304, headers).end();
        return;
      }
      response.writeHead(200, {
        ...headers,
        "content-type": "text/javascript; charset=utf-8",
        ...(chosen.encoding === undefined ? {} : { "content-encoding": chosen.encoding }),
        "content-length": chosen.body.length,
      });
      response.end(request.method === "HEAD" ? undefined : chosen.body);
    },
  };
}

/** `GET /browser/latest/rupt.js` and `GET /browser/VERSION/rupt.js`: the browser SDK as a script; none, with a warning, where it has not been built. */
export async function openBrowserScript(log: Log): Promise<readonly Page[]> {
  const folder = builtClient("browser");
  if (folder === undefined) {
    log.warn({}, "the browser SDK is not built (node build.mjs), so it is not served");
    return [];
  }
  const manifest = await readFile(join(folder, "..", "package.json"), "utf8");
  const { version } = JSON.parse(manifest) as { readonly version: string };
  const plain = await readFile(join(folder, "rupt.js"));
  // When first asked for: packing this tightly takes a tenth of a second, which a start need not wait for.
  let encoded: Promise<readonly Encoded[]> | undefined;
  const encodings = () => {
    encoded ??= encode(plain);
    return encoded;
  };
  return [
    scriptPage("/browser/latest/rupt.js", encodings, cacheLatest),
    scriptPage(`/browser/${version}/rupt.js`, encodings, cacheVersion),
  ];
}
