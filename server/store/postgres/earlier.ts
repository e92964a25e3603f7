const chains = 256;

/**
 * Values that were packed, each with its place among them, for some hundreds of them: the chains of thousands are long. It is emptied and used again,
 * as a Map for each value that is packed would cost as much as packing it.
 */
export class Earlier {
  private readonly values: (string | number)[] = [];
  private size = 0;
  /** Of each chain the place that was added last, and for each place the one before it in its chain; −1 where there is none. */
  private readonly last = new Int32Array(chains);
  private readonly before: number[] = [];

  /** Forgets all. */
  clear(): void {
    this.size = 0;
    this.last.fill(-1);
  }

  /** The place of an equal value. Where there is none, this one is added and the answer −1. */
  placeOf(value: string | number): number {
    const chain = (typeof value === "string" ? hashOfText(value) : hashOfNumber(value)) & (chains - 1);
    const last = this.last[chain] ?? -1;
    for (let place = last; place >= 0; place = this.before[place] ?? -1) {
      if (Object.is(this.values[place], value)) return place;
    }
    this.values[this.size] = value;
    this.before[this.size] = last;
    this.last[chain] = this.size++;
    return -1;
  }
}

/** By its last two characters and its length: of ids that were made after each other the beginnings are the same. */
function hashOfText(text: string): number {
  const { length } = text;
  return length * 7 + text.charCodeAt(length - 1) * 31 + text.charCodeAt(length - 2);
}

/** The factor spreads whole seconds and what differs in decimals alone. */
const hashOfNumber = (value: number): number => Math.trunc(value * 97.37);
