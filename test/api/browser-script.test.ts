import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { request } from "node:http";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TestClock } from "../server/test-clock.js";
import { startTestServer, type TestServer } from "../server/test-server.js";

const browser = new URL("../../clients/browser/", import.meta.url);
let server: TestServer<TestClock>;
let script: Buffer;
let version: string;
beforeAll(async () => {
  script = await readFile(new URL("dist/rupt.js", browser));
  version = JSON.parse(await readFile(new URL("package.json", browser), "utf8")).version;
  server = await startTestServer();
});
afterAll(() => server.stop());

/** Not by fetch, which unpacks bodies by itself. */
function get(path: string, headers: Readonly<Record<string, string>> = {}, method = "GET") {
  return new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; body: Buffer }>(
    (resolve, reject) => {
      request(server.baseUrl + path, { headers, method }, (response) => {
        const pieces: Buffer[] = [];
        response.on("data", (piece: Buffer) => pieces.push(piece));
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(pieces),
          }),
        );
      })
        .on("error", reject)
        .end();
    },
  );
}

test("the script is served to any page, packed as the browser likes", async () => {
  const plain = await get("/browser/latest/rupt.js");
  expect(plain.status).toBe(200);
  expect(plain.body.equals(script)).toBe(true);
  expect(plain.headers).toMatchObject({
    "content-type": "text/javascript; charset=utf-8",
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
    "cache-control": expect.stringContaining("max-age=3600"),
    vary: "accept-encoding",
  });
  const packed = await get("/browser/latest/rupt.js", { "accept-encoding": "gzip, deflate, br" });
  expect(packed.headers["content-encoding"]).toBe("br");
  expect(brotliDecompressSync(packed.body).equals(script)).toBe(true);
  const zipped = await get("/browser/latest/rupt.js", { "accept-encoding": "br;q=0, gzip" });
  expect(zipped.headers["content-encoding"]).toBe("gzip");
  expect(gunzipSync(zipped.body).equals(script)).toBe(true);
  expect(zipped.body.length).toBeLessThan(20_000);
});

test("who has it already gets no body", async () => {
  const { headers } = await get("/browser/latest/rupt.js", { "accept-encoding": "br" });
  const etag = String(headers.etag);
  for (const given of [etag, `"other", W/${etag}`, "*"]) {
    const again = await get("/browser/latest/rupt.js", { "accept-encoding": "br", "if-none-match": given });
    expect([again.status, again.body.length]).toEqual([304, 0]);
  }
  const other = await get("/browser/latest/rupt.js", { "if-none-match": etag });
  expect(other.status).toBe(200);
  const head = await get("/browser/latest/rupt.js", {}, "HEAD");
  expect([head.status, head.body.length]).toEqual([200, 0]);
  expect(head.headers["content-length"]).toBe(String(script.length));
});

test("a version is for ever, and there is no other", async () => {
  const pinned = await get(`/browser/${version}/rupt.js`);
  expect(pinned.status).toBe(200);
  expect(pinned.headers["cache-control"]).toBe("public, max-age=31536000, immutable");
  expect((await get("/browser/0.0.0/rupt.js")).status).toBe(404);
  expect((await get("/browser/latest/../../package.json")).status).toBe(404);
});

test("the README states its integrity", async () => {
  const readme = await readFile(new URL("README.md", browser), "utf8");
  const integrity = `sha384-${createHash("sha384").update(script).digest("base64")}`;
  expect(readme.match(/sha384-[^"]*/)?.[0]).toBe(integrity);
  expect(readme).toContain(`/browser/${version}/rupt.js`);
});
