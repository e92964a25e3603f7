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
    this.#room(value.length * 3 + 10);
    if (value.length < 0x80 && this.#ascii(value)) return this;
    this.varint(Buffer.byteLength(value, "utf8"));
    this.#length += this.#bytes.write(value, this.#length, "utf8");
    return this;
  }

  /** A text of less than 128 characters, if they are ASCII: asking for its bytes elsewhere takes longer than writing them one by one. */
  #ascii(value: string): boolean {
    const bytes = this.#bytes;
    let at = this.#length;
    bytes[at++] = value.length;
    for (let index = 0; index < value.length; index++) {
      const unit = value.charCodeAt(index);
      if (unit >= 0x80) return false;
      bytes[at++] = unit;
    }
    this.#length = at;
    return true;
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
    this.#bytes.copyWithin(start + more, start, this.#length);
    this.#length = start - 1;
    this.varint(length);
    this.#length += length;
  }

  /** What was written. */
  finish(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }
}
