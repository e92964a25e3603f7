/** Thrown at bytes that a `ByteReader` leaves to others. */
export const irregular = new Error("not written in the plainest way");

/**
 * Reads values of the protobuf binary format that are written in the plainest way, as all libraries write nearly all of them. Throws `irregular`
 * at anything else, right or wrong: numbers below 0 or above 2^49, texts with bytes that are no UTF-8, whatever ends too early.
 */
export class ByteReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Whether there is something to read before this place. */
  isBefore(end: number): boolean {
    return this.#at < end;
  }

  /** What is read ends here. */
  mustEnd(end: number): void {
    if (this.#at !== end) throw irregular;
  }

  /** This tag comes next. */
  mustBe(tag: number): void {
    if (this.varint() !== tag) throw irregular;
  }

  /** A whole number of at most 49 bits. */
  varint(): number {
    let value = 0;
    for (let scale = 1; scale <= 2 ** 42; scale *= 0x80) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw irregular;
      if (byte < 0x80) return value + byte * scale;
      value += (byte & 0x7f) * scale;
    }
    throw irregular;
  }

  /** A whole number of at most 31 bits, which is the same in all types. */
  small(): number {
    const value = this.varint();
    if (value > 0x7fff_ffff) throw irregular;
    return value;
  }

  double(): number {
    if (this.#at + 8 > this.#bytes.length) throw irregular;
    const value = this.#bytes.readDoubleLE(this.#at);
    this.#at += 8;
    return value;
  }

  /** The length of what follows; answers where that ends. */
  begin(): number {
    const end = this.varint() + this.#at;
    if (end > this.#bytes.length) throw irregular;
    return end;
  }

  text(): string {
    const end = this.begin();
    const text = this.#bytes.toString("utf8", this.#at, end);
    // Stands also for bytes that are no UTF-8; and a decoder would leave out a byte order mark.
    if (text.includes("\ufffd") || text.charCodeAt(0) === 0xfeff) throw irregular;
    this.#at = end;
    return text;
  }
}
