import { asBuffer } from "./hexes.js";
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
import { type HexForm, hashesForm, readAddress, uuidForm } from "./packed-forms.js";

/** Longer texts are read by the runtime, which then is quicker at it. */
const shortText = 32;

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
    let value = this.byte();
    if (value < 0x80) return value;
    value &= 0x7f;
    let scale = 0x80;
    for (;;) {
      const next = this.byte();
      value += (next & 0x7f) * scale;
      if (next < 0x80) return value;
      scale *= 0x80;
    }
  }

  private zigzag(): number {
    const value = this.varint();
    return (value & 1) === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** Passes over so many bytes, and answers where they begin. */
  private pass(length: number): number {
    const start = this.at;
    this.at = start + length;
    if (this.at > this.bytes.length) throw new Error("the packed bytes end too early");
    return start;
  }

  private literal(): string {
    const length = this.varint();
    const start = this.pass(length);
    const encoding = length <= shortText && this.isAscii(start) ? "latin1" : "utf8";
    return this.bytes.toString(encoding, start, this.at);
  }

  private isAscii(start: number): boolean {
    for (let at = start; at < this.at; at++) if ((this.bytes[at] ?? 0) >= 0x80) return false;
    return true;
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
    if (number === forms.address) return this.remembered(readAddress(this.bytes, this.pass(4)));
    if (number !== forms.hashes) throw new Error("the bytes were packed by a later release");
    return this.hex(hashesForm);
  }

  private copied(length: number): Buffer {
    const start = this.pass(length);
    return Buffer.from(this.bytes.subarray(start, this.at));
  }

  private hex(form: HexForm): string {
    return this.remembered(form.read(this.bytes, this.pass(form.size)));
  }

  private array(count: number): Packable[] {
    // Each entry takes a byte at least. An array of the right length from the start takes a fifth of the room of one that grows.
    if (count > this.bytes.length - this.at) throw new Error("the packed bytes end too early");
    const entries = new Array<Packable>(count);
    for (let index = 0; index < count; index++) entries[index] = this.value();
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
        return this.remembered(this.bytes.readDoubleBE(this.pass(8)));
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
        return this.hex(uuidForm);
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
        this.base = this.bytes.readUIntBE(this.pass(6), 6);
        return this.remembered(this.base);
      case tags.instant:
        return this.remembered(this.base - this.zigzag());
      case tags.bytes:
        return this.copied(this.varint());
      default:
        return this.word(this.varint());
    }
  }
}

/** Reads what `pack` wrote with this dictionary, or with an earlier, shorter one, and the same given values. Throws for bytes that it did not write. */
export function unpack(bytes: Uint8Array, known: Dictionary, given: Given = []): Packable {
  return new Unpacker(asBuffer(bytes), known, given).value();
}
