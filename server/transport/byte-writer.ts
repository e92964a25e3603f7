/** Appends the values of the protobuf binary format to bytes that grow as needed. */
export class ByteWriter {
  #bytes = Buffer.allocUnsafe(4_096);
  #length = 0;

  #room(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + more));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }

  /** A whole number from 0 to 2^53. */
  varint(value: number): this {
    this.#room(10);
    let rest = value;
    while (rest >= 0x80) {
      this.#bytes[this.#length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes[this.#length++] = rest;
    return this;
  }

  /** An int32; one below 0 takes ten bytes, as the format has it. */
  signed(value: number): this {
    return value >= 0 ? this.varint(value) : this.signed64(BigInt(value));
  }

  /** An int64. */
  signed64(value: bigint): this {
    this.#room(10);
    let rest = BigInt.asUintN(64, value);
    while (rest >= 0x80n) {
      this.#bytes[this.#length++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.#bytes[this.#length++] = Number(rest);
    return this;
  }

  double(value: number): this {
    this.#room(8);
    this.#length = this.#bytes.writeDoubleLE(value, this.#length);
    return this;
  }

  /** A text with its length before it. */
  text(value: string): this {
    const units = value.length;
    this.#room(units * 3 + 10);
    if (units < 0x2a) {
      // At most 126 bytes of UTF-8, so that the length takes one.
      const written = this.#bytes.write(value, this.#length + 1, "utf8");
      this.#bytes[this.#length] = written;
      this.#length += 1 + written;
      return this;
    }
    this.varint(Buffer.byteLength(value, "utf8"));
    this.#length += this.#bytes.write(value, this.#length, "utf8");
    return this;
  }

  /** Begins something whose length stands before it; answers where. */
  begin(): number {
    this.#room(1);
    this.#length += 1;
    return this.#length;
  }

  /** Ends what began there. */
  end(start: number): void {
    const length = this.#length - start;
    if (length < 0x80) {
      this.#bytes[start - 1] = length;
      return;
    }
    // One byte was left for the length; what needs more is moved.
    let more = 0;
    for (let rest = length; rest >= 0x80; rest = Math.floor(rest / 0x80)) more++;
    this.#room(more);
    this.#bytes.copy(this.#bytes, start + more, start, this.#length);
    this.#length = start - 1;
    this.varint(length);
    this.#length += length;
  }

  /** What was written. */
  finish(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }
}
