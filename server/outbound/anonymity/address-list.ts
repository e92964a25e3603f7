import { type IpAddress, parseIpAddress } from "../../risk/ip-address.js";
import { buildRangeTable, type RangeTable } from "../geo/range-table.js";

/** Addresses and ranges from a text file. */
export interface AddressList {
  /** How many lines it was made of. */
  readonly entries: number;
  has(ip: IpAddress): boolean;
}

/** A file with more odd lines than this share is not the list we take it for. */
const oddLinesAllowed = 0.01;

type Range = readonly [start: readonly number[], end: readonly number[]];

/**
 * Reads one address or CIDR range a line; `#` and `;` begin a comment, empty lines count for nothing, and what follows white space or a comma
 * on a line is left out. Throws an Error that says what is wrong when nothing is in it, or more than one line of a hundred is neither.
 */
export function parseAddressList(text: string): AddressList {
  const ranges: { readonly 4: Range[]; readonly 6: Range[] } = { 4: [], 6: [] };
  let entries = 0;
  let odd = 0;
  for (const line of lines(text)) {
    const entry =
      line
        .replace(/[#;].*$/, "")
        .trim()
        .split(/[\s,]/, 1)[0] ?? "";
    if (entry === "") continue;
    const range = readRange(entry);
    if (range === undefined) {
      odd++;
      continue;
    }
    entries++;
    ranges[range.version].push(range.range);
  }
  if (odd > (entries + odd) * oddLinesAllowed) {
    throw new Error(`has ${odd} lines of ${entries + odd} that are neither an address nor a CIDR range`);
  }
  if (entries === 0) throw new Error("is empty");
  const tables = { 4: tableOf(1, ranges[4]), 6: tableOf(4, ranges[6]) };
  return { entries, has: (ip) => tables[ip.version].find(ip.words) !== undefined };
}

function* lines(text: string): Iterable<string> {
  let from = 0;
  while (from < text.length) {
    const end = text.indexOf("\n", from);
    yield text.slice(from, end < 0 ? text.length : end);
    if (end < 0) return;
    from = end + 1;
  }
}

function readRange(entry: string): { readonly version: 4 | 6; readonly range: Range } | undefined {
  const slash = entry.indexOf("/");
  const ip = parseIpAddress(slash < 0 ? entry : entry.slice(0, slash));
  if (ip === undefined) return undefined;
  const width = ip.version === 4 ? 32 : 128;
  const suffix = slash < 0 ? String(width) : entry.slice(slash + 1);
  // An IPv6 text that carries an IPv4 address counts its prefix from elsewhere.
  const carried = ip.version === 4 && entry.includes(":");
  if (!/^\d{1,3}$/.test(suffix) || (carried && slash >= 0)) return undefined;
  const bits = Number(suffix);
  // A list that holds a tenth of all addresses is a mistake.
  if (bits > width || bits < 4) return undefined;
  const start = ip.words.map((word, at) => (word & mask(bits - 32 * at)) >>> 0);
  const end = ip.words.map((word, at) => (word | ~mask(bits - 32 * at)) >>> 0);
  return { version: ip.version, range: [start, end] };
}

/** The first `bits` bits of 32. */
function mask(bits: number): number {
  if (bits <= 0) return 0;
  return bits >= 32 ? 0xffff_ffff : (0xffff_ffff << (32 - bits)) >>> 0;
}

function order(left: readonly number[], right: readonly number[]): number {
  for (let at = 0; at < left.length; at++) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** A table of the ranges, with those that overlap made one: the table finds only the range that starts last. */
function tableOf(width: 1 | 4, ranges: readonly Range[]): RangeTable {
  const table = buildRangeTable(width);
  let open: Range | undefined;
  for (const range of [...ranges].sort((a, b) => order(a[0], b[0]))) {
    if (open !== undefined && order(range[0], open[1]) <= 0) {
      open = order(range[1], open[1]) > 0 ? [open[0], range[1]] : open;
      continue;
    }
    if (open !== undefined) table.add(open[0], open[1], 1);
    open = range;
  }
  if (open !== undefined) table.add(open[0], open[1], 1);
  return table.finish();
}
