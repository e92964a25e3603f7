import {
  type Dictionary,
  forms,
  type Given,
  literalName,
  mostShapes,
  type Packable,
  smallArrays,
  tags,
} from "./packed-format.js";

class Unpacker {
  private at = 0;
  private base: number;
  private readonly earlier: (string | number)[];

  constructor(
    private readonly bytes: Buffer,
    private readonly known: Dictionary,
    given: Given,
  ) {
    this.earlier = [...given];
    this.base = given.find((value) => typeof value === "number") ?? 0;
  }

  private byte(): number {
    const value = this.bytes[this.at++];
    if (value === undefined) throw new Error("the packed bytes end too early");
    return value;
  }

  private varint(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const next = this.byte();
      value += (next & 0x7f) * scale;
      if (next < 0x80) return value;
      scale *= 0x80;
    }
  }

  private zigzag(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  private slice(length: number): Buffer {
    const end = this.at + length;
    if (end > this.bytes.length) throw new Error("the packed bytes end too early");
    const slice = this.bytes.subarray(this.at, end);
    this.at = end;
    return slice;
  }

  private literal(): string {
    return this.slice(this.varint()).toString("utf8");
  }

  private remembered<T extends string | number>(value: T): T {
    this.earlier.push(value);
    return value;
  }

  private word(number: number): string {
    const word = this.known.words[number];
    if (word === undefined) throw new Error("the bytes were packed by a later release");
    return word;
  }

  private formed(number: number): string {
    if (number === forms.address) return this.remembered(this.slice(4).join("."));
    if (number !== forms.hashes) throw new Error("the bytes were packed by a later release");
    const hex = this.slice(12).toString("hex");
    return this.remembered(`${hex.slice(0, 8)}|${hex.slice(8, 16)}|${hex.slice(16)}`);
  }

  private array(count: number): Packable[] {
    const entries: Packable[] = [];
    for (let index = 0; index < count; index++) entries.push(this.value());
    return entries;
  }

  private shaped(number: number): { [name: string]: Packable } {
    const shape = this.known.shapes[number];
    if (shape === undefined) throw new Error("the bytes were packed by a later release");
    const members: { [name: string]: Packable } = {};
    for (const name of shape) members[name] = this.value();
    return members;
  }

  private object(count: number): { [name: string]: Packable } {
    const members: { [name: string]: Packable } = {};
    for (let index = 0; index < count; index++) {
      const number = this.byte();
      const name = number === literalName ? this.literal() : this.word(number);
      if (name === "__proto__")
        Object.defineProperty(members, name, { value: this.value(), enumerable: true });
      else members[name] = this.value();
    }
    return members;
  }

  private whole(tag: number): number {
    const value = this.varint();
    if (tag === tags.negative) return -1 - value;
    return value < 0x4000 ? value : this.remembered(value);
  }

  private uuid(): string {
    const hex = this.slice(16).toString("hex");
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }

  value(): Packable {
    const tag = this.byte();
    if (tag >= tags.smallWord) return this.word(tag - tags.smallWord);
    if (tag >= tags.smallObject) return this.object(tag - tags.smallObject);
    if (tag >= tags.smallArray) return this.array(tag - tags.smallArray);
    if (tag >= tags.smallWhole) return tag - tags.smallWhole;
    switch (tag) {
      case tags.null:
        return null;
      case tags.false:
        return false;
      case tags.true:
        return true;
      case tags.double:
        return this.remembered(this.slice(8).readDoubleBE());
      case tags.whole:
      case tags.negative:
        return this.whole(tag);
      case tags.decimal:
        return this.remembered(this.zigzag() / 1e4);
      case tags.text: {
        const text = this.literal();
        return text.length < 3 ? text : this.remembered(text);
      }
      case tags.uuid:
        return this.remembered(this.uuid());
      case tags.again: {
        const value = this.earlier[this.varint()];
        if (value === undefined) throw new Error("the packed bytes refer to nothing");
        return value;
      }
      case tags.array: {
        const number = this.varint();
        return number < smallArrays ? this.formed(number) : this.array(number);
      }
      case tags.object: {
        const number = this.varint();
        return number < mostShapes ? this.shaped(number) : this.object(number);
      }
      case tags.firstInstant:
        this.base = this.slice(6).readUIntBE(0, 6);
        return this.remembered(this.base);
      case tags.instant:
        return this.remembered(this.base - this.zigzag());
      case tags.bytes:
        return Buffer.from(this.slice(this.varint()));
      default:
        return this.word(this.varint());
    }
  }
}

/** Reads what `pack` wrote with this dictionary, or with an earlier, shorter one, and the same given values. Throws for bytes that it did not write. */
export function unpack(bytes: Uint8Array, known: Dictionary, given: Given = []): Packable {
  return new Unpacker(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), known, given).value();
}
