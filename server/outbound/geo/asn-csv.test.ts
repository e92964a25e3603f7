import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseIpAddress } from "../../risk/ip-address.js";
import { type AsnTable, openAsnCsv } from "./asn-csv.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "asn-csv-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function opened(ipv4: string, ipv6: string): Promise<AsnTable> {
  const paths = [join(folder, "4.csv"), join(folder, "6.csv")] as const;
  writeFileSync(paths[0], ipv4);
  writeFileSync(paths[1], ipv6);
  return openAsnCsv(...paths);
}

function lookUp(table: AsnTable, text: string) {
  const ip = parseIpAddress(text);
  return ip === undefined ? undefined : table.network(ip);
}

const ipv4 = [
  "16777216,16777471,13335,Plain Name",
  '16777472,16777727,4294967295,"Quoted, with comma"',
  '16778240,16778240,1,"With ""quotes"""',
  "16778250,16778260,2,Søk & Co",
  "16778255,16778270,3,",
  "4294967295,4294967295,13335,Another name of a known number",
  "",
].join("\n");
const ipv6 = [
  "42540528726795050063891204319802818560,42540528806023212578155541913346768895,2500,WIDE Project",
  "50510663839826803170344668290653093937,50510663839826803170344668290653093937,64496,One address",
  "340282366920938463463374607431768211455,340282366920938463463374607431768211455,5,Last",
  "",
].join("\r\n");

describe("networks by address", () => {
  it.each([
    ["0.255.255.255", undefined],
    ["1.0.0.0", { asn: 13335, name: "Plain Name" }],
    ["1.0.0.255", { asn: 13335, name: "Plain Name" }],
    ["1.0.1.0", { asn: 4294967295, name: "Quoted, with comma" }],
    ["1.0.2.0", undefined],
    ["1.0.4.0", { asn: 1, name: 'With "quotes"' }],
    ["1.0.4.1", undefined],
    ["1.0.4.10", { asn: 2, name: "Søk & Co" }],
    ["1.0.4.15", { asn: 3, name: "" }],
    ["255.255.255.254", undefined],
    ["255.255.255.255", { asn: 13335, name: "Plain Name" }],
    ["2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", undefined],
    ["2001:200::", { asn: 2500, name: "WIDE Project" }],
    ["2001:200:ffff:ffff:ffff:ffff:ffff:ffff", { asn: 2500, name: "WIDE Project" }],
    ["2001:201::", undefined],
    ["2600::30", undefined],
    ["2600::31", { asn: 64496, name: "One address" }],
    ["2600::32", undefined],
    ["ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", { asn: 5, name: "Last" }],
  ])("%s", async (text, network) => {
    expect(lookUp(await opened(ipv4, ipv6), text)).toEqual(network);
  });

  it("is what a search of every row finds", async () => {
    const word = fc.integer({ min: 0, max: 0xffff_ffff });
    const rows = fc.uniqueArray(word, { minLength: 2, maxLength: 60 }).map((ends) => {
      const sorted = ends.toSorted((left, right) => left - right);
      return sorted.flatMap((start, index) => {
        const end = sorted[index + 1];
        return end === undefined || index % 2 === 1 ? [] : [{ start, end, asn: index + 1 }];
      });
    });
    await fc.assert(
      fc.asyncProperty(rows, fc.array(word, { maxLength: 20 }), async (ranges, others) => {
        const csv = ranges.map(({ start, end, asn }) => `${start},${end},${asn},n\n`).join("");
        const table = await opened(csv, ipv6);
        const asked = [...others, ...ranges.flatMap(({ start, end }) => [start, end, start - 1, end + 1])];
        for (const value of asked) {
          const found = ranges.find(({ start, end }) => start <= value && value <= end);
          const text = [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join(".");
          if (value >= 0 && value <= 0xffff_ffff) expect(lookUp(table, text)?.asn).toBe(found?.asn);
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe("odd files", () => {
  const row = (index: number) => `${index * 10},${index * 10 + 9},${index + 1},name\n`;
  const many = Array.from({ length: 200 }, (_, index) => row(index));

  it.each([
    ["too few fields", "5,6,7\n"],
    ["a number out of range", "4294967296,4294967297,1,n\n"],
    ["a negative number", "-1,5,1,n\n"],
    ["network 0", "3000,3001,0,n\n"],
    ["an end before its start", "3001,3000,1,n\n"],
    ["an empty line", "\n"],
    ["a start out of order", row(3)],
  ])("leave a single odd row out: %s", async (_, odd) => {
    const table = await opened([...many, odd].join(""), ipv6);
    expect(lookUp(table, "0.0.0.35")?.asn).toBe(4);
    expect(lookUp(table, "0.0.7.207")?.asn).toBe(200);
  });

  it.each([
    ["empty", "", "is empty"],
    ["cut short", "16777216,16777471,13335,Pla", "is cut short"],
    ["something else", "hello\nworld\n", "has 2 rows of 2 that cannot be used"],
    ["one endless line", "x".repeat(3 << 20), "has a line that never ends"],
  ])("are refused when %s", async (_, contents, message) => {
    await expect(opened(contents, ipv6)).rejects.toThrow(message);
    await expect(opened(ipv4, contents)).rejects.toThrow(message);
  });

  it("are read whole when they are larger than the window", async () => {
    const rows = Array.from({ length: 100_000 }, (_, index) => row(index));
    const table = await opened(rows.join(""), ipv6);
    expect(lookUp(table, "0.15.66.63")?.asn).toBe(100_000);
  });
});
