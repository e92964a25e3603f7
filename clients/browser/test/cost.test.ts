import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";

const dist = new URL("../dist/", import.meta.url);

test("the script is at most 20 kB gzipped", async () => {
  const size = gzipSync(await readFile(new URL("rupt.js", dist)), { level: 9 }).length;
  console.info(`rupt.js: ${size} bytes gzipped`);
  expect(size).toBeLessThanOrEqual(20_000);
});

test.each(["rupt.js", "index.js"])("%s cannot reach the network or storage", async (file) => {
  const code = (await readFile(new URL(file, dist), "utf8")).replace(/^\/\*![\s\S]*?\*\//, "");
  for (const word of [
    "XMLHttpRequest",
    "sendBeacon",
    "fetch",
    "https://m1",
    "localStorage",
    "indexedDB",
    ".cookie",
  ]) {
    expect(code.includes(word), word).toBe(false);
  }
});

test.each(["rupt.js", "index.js"])(
  "%s carries the notice that fingerprintjs' licence asks for",
  async (file) => {
    const code = await readFile(new URL(file, dist), "utf8");
    expect(code).toContain("FingerprintJS, Inc");
    expect(code).toContain("The above copyright notice and this permission notice shall be included");
  },
);
