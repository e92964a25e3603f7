/** Ranges of addresses that each carry a number, searched in logarithmic time, stored in flat arrays. */
export interface RangeTable {
  /** How many ranges there are. */
  readonly rows: number;
  /** The number of the range that holds this address, given as unsigned 32-bit words, most significant first. */
  find(address: ArrayLike<number>): number | undefined;
}

export interface RangeTableBuilder {
  /**
   * Adds a range, both ends included. Ranges come in ascending order of their start; one that does not, or
   * that ends before it starts, is refused with false. Where ranges overlap, the one that starts later holds.
   */
  add(start: ArrayLike<number>, end: ArrayLike<number>, value: number): boolean;
  /** The finished table; the builder is not used afterwards. */
  finish(): RangeTable;
}

/** Begins a table for addresses of `width` words: 1 for IPv4, 4 for IPv6. Values are unsigned 32-bit. */
export function buildRangeTable(width: 1 | 4): RangeTableBuilder {
  // One row: the start's words, the end's words, the value.
  const rowWords = 2 * width + 1;
  let words = new Uint32Array(rowWords << 16);
  let length = 0;
  return {
    add(start, end, value) {
      const inOrder = length === 0 || compare(words, length - rowWords, start, width) < 0;
      if (!inOrder || compare(start, 0, end, width) > 0) return false;
      if (length === words.length) {
        const larger = new Uint32Array(length * 2);
        larger.set(words);
        words = larger;
      }
      for (let word = 0; word < width; word++) {
        words[length + word] = start[word] ?? 0;
        words[length + width + word] = end[word] ?? 0;
      }
      words[length + 2 * width] = value;
      length += rowWords;
      return true;
    },
    finish: () => rangeTable(width, words.slice(0, length)),
  };
}

function rangeTable(width: 1 | 4, words: Uint32Array): RangeTable {
  const rowWords = 2 * width + 1;
  const rows = words.length / rowWords;
  return {
    rows,
    find(address) {
      let low = 0;
      let high = rows;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (compare(words, middle * rowWords, address, width) <= 0) low = middle + 1;
        else high = middle;
      }
      if (low === 0) return undefined;
      const row = (low - 1) * rowWords;
      return compare(words, row + width, address, width) >= 0 ? words[row + 2 * width] : undefined;
    },
  };
}

/** Below 0, 0 or above 0 as the address at `from` in `left` is before, at or after the one in `right`. */
function compare(left: ArrayLike<number>, from: number, right: ArrayLike<number>, width: number): number {
  for (let word = 0; word < width; word++) {
    const difference = (left[from + word] ?? 0) - (right[word] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
