import { open } from "node:fs/promises";
import type { IpAddress } from "../../risk/ip-address.js";
import type { Network } from "../../risk/location.js";
import { buildNetworkNames, type NetworkNamesBuilder } from "./network-names.js";
import { buildRangeTable, type RangeTable } from "./range-table.js";

/** Networks by address, from the two CSV files of `@ip-location-db/asn`. */
export interface AsnTable {
  /** The network that announces an address; undefined when none is listed. */
  network(ip: IpAddress): Network | undefined;
}

/** A file with more odd rows than this share of all is not the file we take it for. */
const oddRowsAllowed = 0.01;

/**
 * Reads `start,end,number,name` rows, with both ends as decimal numbers. Single odd rows are left out. Rejects
 * with an Error that says what is wrong when a file cannot be read, is cut short, or is something else. Works on
 * bytes in place: half a million rows as strings would cost a hundred megabytes.
 */
export async function openAsnCsv(ipv4Path: string, ipv6Path: string): Promise<AsnTable> {
  const names = buildNetworkNames();
  const ipv4 = await readRanges(ipv4Path, 1, names);
  const ipv6 = await readRanges(ipv6Path, 4, names);
  const networks = names.finish();
  return {
    network(ip) {
      const index = ip.version === 4 ? ipv4.find(ip.words) : ipv6.find(ip.words);
      return index === undefined ? undefined : networks.network(index);
    },
  };
}

async function readRanges(path: string, width: 1 | 4, names: NetworkNamesBuilder): Promise<RangeTable> {
  const ranges = buildRangeTable(width);
  const start = new Uint32Array(width);
  const end = new Uint32Array(width);
  const number = new Uint32Array(1);
  let rows = 0;
  let odd = 0;
  await eachLine(path, (bytes, from, to) => {
    rows++;
    const first = commaFrom(bytes, from, to);
    const second = commaFrom(bytes, first + 1, to);
    const third = commaFrom(bytes, second + 1, to);
    const readable =
      readDecimal(bytes, from, first, start) &&
      readDecimal(bytes, first + 1, second, end) &&
      readDecimal(bytes, second + 1, third, number);
    const asn = readable ? (number[0] ?? 0) : 0;
    if (asn === 0) {
      odd++;
      return;
    }
    const network = names.indexOf(asn) ?? names.add(asn, readText(bytes, third + 1, to));
    if (!ranges.add(start, end, network)) odd++;
  });
  if (rows === 0) throw new Error("is empty");
  if (odd > rows * oddRowsAllowed) throw new Error(`has ${odd} rows of ${rows} that cannot be used`);
  return ranges.finish();
}

const lineFeed = 10;
const carriageReturn = 13;
const comma = 44;
const quote = 34;
const windowBytes = 1 << 20;

/** Calls `take` with each line where it lies in a window that is used again for the next. */
async function eachLine(
  path: string,
  take: (bytes: Buffer, from: number, to: number) => void,
): Promise<void> {
  const file = await open(path);
  try {
    const bytes = Buffer.allocUnsafe(windowBytes);
    let filled = 0;
    for (;;) {
      const { bytesRead } = await file.read(bytes, filled, bytes.length - filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
      const used = takeLines(bytes, filled, take);
      if (used === 0 && filled === bytes.length) throw new Error("has a line that never ends");
      bytes.copyWithin(0, used, filled);
      filled -= used;
    }
    if (filled > 0) throw new Error("is cut short: its last line has no end");
  } finally {
    await file.close();
  }
}

/** Answers how many bytes the whole lines took. */
function takeLines(
  bytes: Buffer,
  filled: number,
  take: (bytes: Buffer, from: number, to: number) => void,
): number {
  let from = 0;
  for (;;) {
    const end = bytes.indexOf(lineFeed, from);
    if (end < 0 || end >= filled) return from;
    take(bytes, from, bytes[end - 1] === carriageReturn && end > from ? end - 1 : end);
    from = end + 1;
  }
}

/** Where the next comma stands, or `to` when there is none before it. */
function commaFrom(bytes: Buffer, from: number, to: number): number {
  let at = from;
  while (at < to && bytes[at] !== comma) at++;
  return at;
}

/** Most digits taken at once: a 32-bit word times 10^6 is still an exact number. */
const largestScale = 1e6;
const wordScale = 2 ** 32;

/**
 * Writes an unsigned decimal number into `words`, most significant first. False when it is no number or needs
 * more words; `words` then hold nothing of use.
 */
function readDecimal(bytes: Buffer, from: number, to: number, words: Uint32Array): boolean {
  if (from >= to) return false;
  if (words.length === 1) return readWord(bytes, from, to, words);
  words.fill(0);
  let at = from;
  while (at < to) {
    let carry = 0;
    let scale = 1;
    for (; at < to && scale < largestScale; at++) {
      const digit = (bytes[at] ?? 0) - 48;
      if (digit < 0 || digit > 9) return false;
      carry = carry * 10 + digit;
      scale *= 10;
    }
    for (let index = words.length - 1; index >= 0; index--) {
      const product = (words[index] ?? 0) * scale + carry;
      carry = Math.floor(product / wordScale);
      words[index] = product - carry * wordScale;
    }
    if (carry > 0) return false;
  }
  return true;
}

/** The same for one word, which is what nearly all numbers are: several times as fast. */
function readWord(bytes: Buffer, from: number, to: number, words: Uint32Array): boolean {
  let value = 0;
  for (let at = from; at < to; at++) {
    const digit = (bytes[at] ?? 0) - 48;
    if (digit < 0 || digit > 9) return false;
    value = value * 10 + digit;
    if (value >= wordScale) return false;
  }
  words[0] = value;
  return true;
}

/** A field's text without the quotes that CSV puts around it and doubles inside; may lie in the window itself. */
function readText(bytes: Buffer, from: number, to: number): Uint8Array {
  if (bytes[from] !== quote || bytes[to - 1] !== quote || to - from < 2) return bytes.subarray(from, to);
  return Buffer.from(bytes.toString("utf8", from + 1, to - 1).replaceAll('""', '"'));
}
