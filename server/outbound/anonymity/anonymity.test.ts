import { mkdtemp, rm, truncate, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Log } from "../../log.js";
import { silentLog } from "../../log.js";
import { type IpAddress, parseIpAddress } from "../../risk/ip-address.js";
import { parseAddressList } from "./address-list.js";
import { networkKind } from "./hosting-networks.js";
import { openAnonymity } from "./open-anonymity.js";

const ip = (text: string): IpAddress => {
  const parsed = parseIpAddress(text);
  if (parsed === undefined) throw new Error(`not an address: ${text}`);
  return parsed;
};

describe("a list of addresses", () => {
  const list = parseAddressList(
    "# exits\n185.220.101.1\n185.220.101.0/24 wide\n185.220.101.64/26\n2a0b:f4c2::/40,de\n\n23.129.64.130 ; one\r\n::ffff:45.66.35.11\n",
  );

  test.each([
    ["185.220.101.1", true],
    ["185.220.101.255", true],
    ["185.220.102.0", false],
    ["23.129.64.130", true],
    ["23.129.64.131", false],
    ["45.66.35.11", true],
    ["::ffff:185.220.101.9", true],
    ["64:ff9b::185.220.101.9", true],
    ["2a0b:f4c2:ff::9", true],
    ["2a0b:f4c3::9", false],
  ])("%s: %s", (text, there) => expect(list.has(ip(text))).toBe(there));

  test("counts its lines; takes a range inside another in any order", () => {
    expect(list.entries).toBe(6);
    const nested = parseAddressList("8.8.8.0/30\n8.0.0.0/8\n8.8.8.8\n");
    for (const text of ["8.8.8.1", "8.8.8.5", "8.8.8.9", "8.255.0.1"])
      expect(nested.has(ip(text))).toBe(true);
  });

  test.each([
    ["nothing", ""],
    ["comments only", "# nothing\n\n"],
    ["something else", "<html><body>503</body></html>\n"],
    ["everything", "0.0.0.0/0\n"],
    ["too many odd lines", `${"1.2.3.4\n".repeat(50)}1.2.3.400\n`],
  ])("%s is refused", (_, text) => expect(() => parseAddressList(text)).toThrow());

  test("one odd line in many is left out", () => {
    expect(parseAddressList(`${"1.2.3.4\n".repeat(200)}1.2.3.400\n`).entries).toBe(200);
  });
});

describe("files that change", () => {
  let folder: string;
  let path: string;
  let modified: number;
  const warnings: string[] = [];
  const log: Log = { ...silentLog, warn: (_, message) => void warnings.push(message) };
  const clock = { now: () => Date.parse("2026-03-02T09:00:00Z") };
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "rupt-lists-"));
    path = join(folder, "tor.txt");
    modified = Date.parse("2026-03-02T04:00:00Z") / 1000;
    warnings.length = 0;
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const put = async (text: string) => {
    await writeFile(path, text);
    modified += 60;
    await utimes(path, modified, modified);
  };
  const opened = () => openAnonymity({ lists: { tor: path }, log, clock, everyMs: 0 });
  const exits = (count: number) => Array.from({ length: count }, (_, n) => `185.220.101.${n}\n`).join("");

  test("a new version is taken once it lies still, and its age is told", async () => {
    await put(exits(10));
    const source = await opened();
    expect(source.look(ip("185.220.101.3"), undefined)).toEqual({ tor: "TOR_LIST" });
    expect(source.status()).toEqual({ TOR_LIST: "tor.txt: 10 entries, 4 hours old" });

    await put(`${exits(10)}23.129.64.130\n`);
    await source.refresh();
    expect(source.look(ip("23.129.64.130"), undefined)).toEqual({});
    await source.refresh();
    expect(source.look(ip("23.129.64.130"), undefined)).toEqual({ tor: "TOR_LIST" });
    source.close();
  });

  test.each([
    ["empty", async () => put("")],
    ["half-written", async () => put(exits(4).slice(0, -1))],
    ["something else", async () => put("<html>no</html>\n")],
    ["gone", async () => rm(path)],
    ["huge", async () => truncate(path, 65 * 1_048_576)],
  ])("a file that is %s keeps the last good one", async (_, spoil) => {
    await put(exits(10));
    const source = await opened();
    await spoil();
    await source.refresh();
    await source.refresh();
    await source.refresh();
    expect(source.look(ip("185.220.101.9"), undefined)).toEqual({ tor: "TOR_LIST" });
    expect(source.status().TOR_LIST).toMatch(/^tor\.txt: 10 entries, 4 hours old; the file now /);
    expect(warnings).toHaveLength(1);

    await put(exits(12));
    await source.refresh();
    await source.refresh();
    expect(source.status().TOR_LIST).toBe("tor.txt: 12 entries, 4 hours old");
    source.close();
  });

  test("a file that is not there at the start is taken when it comes", async () => {
    const source = await opened();
    expect(source.status()).toEqual({ TOR_LIST: "tor.txt: nothing loaded; the file now does not exist" });
    await put(exits(3));
    await source.refresh();
    expect(source.look(ip("185.220.101.2"), undefined)).toEqual({ tor: "TOR_LIST" });
    source.close();
  });
});

test("hosting networks are known without any file; consumers' are not", async () => {
  const source = await openAnonymity({ everyMs: 0 });
  expect(source.look(ip("3.8.0.1"), 16509)).toEqual({ hosting: "the built-in list of networks" });
  expect(source.look(ip("84.208.20.110"), 41164)).toEqual({});
  expect(source.look(ip("10.0.0.1"), 16509)).toEqual({});
  expect(networkKind(13335)).toBe("anycast");
  expect(source.status()).toEqual({});
});
