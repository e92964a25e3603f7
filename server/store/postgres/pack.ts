import {
  type Dictionary,
  forms,
  type Given,
  literalName,
  type Packable,
  smallArrays,
  smallObjects,
  smallWholes,
  smallWords,
  tags,
} from "./packed-format.js";

/** Whole numbers in this range are taken for instants: 2001 to 2128. They are exact either way. */
const isInstant = (value: number) => value >= 1e12 && value < 5e12;
const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

const addressPattern = /^(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}$/;
const hashesPattern = /^[0-9a-f]{8}\|[0-9a-f]{8}\|[0-9a-f]{8}$/;

class Packer {
  bytes = Buffer.allocUnsafe(1024);
  length = 0;
  private base: number | undefined;
  private readonly earlier = new Map<string | number, number>();

  constructor(
    private readonly known: Dictionary,
    given: Given,
  ) {
    for (const value of given) this.earlier.set(value, this.earlier.size);
    this.base = given.find((value) => typeof value === "number");
  }

  private room(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.length + more));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }

  private byte(value: number): void {
    this.bytes[this.length++] = value;
  }

  /** A whole number from 0 to 2^53, seven bits at a time, the lowest first. */
  private varint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.byte((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.byte(rest);
  }

  private counted(small: number, limit: number, large: number, count: number): void {
    if (count < limit) this.byte(small + count);
    else {
      this.byte(large);
      this.varint(count);
    }
  }

  private literal(text: string): void {
    const length = Buffer.byteLength(text);
    this.room(length + 16);
    this.varint(length);
    this.length += this.bytes.write(text, this.length, length, "utf8");
  }

  /** Refers to an equal earlier value; answers false, and remembers this one, where there is none. */
  private again(value: string | number): boolean {
    const place = this.earlier.get(value);
    if (place === undefined) {
      this.earlier.set(value, this.earlier.size);
      return false;
    }
    this.byte(tags.again);
    this.varint(place);
    return true;
  }

  private number(value: number): void {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
      if (value >= 0 && value < smallWholes) this.byte(tags.smallWhole + value);
      else if (value < 0) {
        this.byte(tags.negative);
        this.varint(-1 - value);
      } else if (value < 0x4000) {
        this.byte(tags.whole);
        this.varint(value);
      } else if (this.again(value)) return;
      else if (!isInstant(value)) {
        this.byte(tags.whole);
        this.varint(value);
      } else if (this.base === undefined) {
        this.base = value;
        this.byte(tags.firstInstant);
        this.length = this.bytes.writeUIntBE(value, this.length, 6);
      } else {
        const before = this.base - value;
        this.byte(tags.instant);
        this.varint(before >= 0 ? before * 2 : -before * 2 - 1);
      }
      return;
    }
    if (this.again(value)) return;
    const scaled = Math.round(value * 1e4);
    if (Math.abs(scaled) < 2 ** 40 && scaled / 1e4 === value && scaled !== 0) {
      this.byte(tags.decimal);
      this.varint(scaled >= 0 ? scaled * 2 : -scaled * 2 - 1);
    } else {
      this.byte(tags.double);
      this.length = this.bytes.writeDoubleBE(value, this.length);
    }
  }

  private text(value: string): void {
    const number = this.known.numbers.get(value);
    if (number !== undefined) this.counted(tags.smallWord, smallWords, tags.word, number);
    else if (value.length >= 3 && this.again(value)) return;
    else if (value.length === 36 && uuidPattern.test(value)) {
      this.byte(tags.uuid);
      this.length += this.bytes.write(value.replaceAll("-", ""), this.length, 16, "hex");
    } else if (value.length >= 7 && value.length <= 15 && addressPattern.test(value)) {
      this.byte(tags.array);
      this.byte(forms.address);
      for (const part of value.split(".")) this.byte(Number(part));
    } else if (value.length === 26 && hashesPattern.test(value)) {
      this.byte(tags.array);
      this.byte(forms.hashes);
      this.length += this.bytes.write(value.replaceAll("|", ""), this.length, 12, "hex");
    } else {
      this.byte(tags.text);
      this.literal(value);
    }
  }

  value(value: Packable): void {
    this.room(32);
    if (typeof value === "string") this.text(value);
    else if (typeof value === "number") this.number(value);
    else if (value === null) this.byte(tags.null);
    else if (typeof value === "boolean") this.byte(value ? tags.true : tags.false);
    else if (value instanceof Uint8Array) {
      this.byte(tags.bytes);
      this.room(value.length + 16);
      this.varint(value.length);
      this.bytes.set(value, this.length);
      this.length += value.length;
    } else if (Array.isArray(value)) {
      this.counted(tags.smallArray, smallArrays, tags.array, value.length);
      for (const entry of value) this.value(entry);
    } else this.object(value as { readonly [name: string]: Packable | undefined });
  }

  private object(value: { readonly [name: string]: Packable | undefined }): void {
    let names = Object.keys(value);
    if (names.some((name) => value[name] === undefined))
      names = names.filter((name) => value[name] !== undefined);
    const shape = this.shapeOf(names);
    if (shape !== undefined) {
      this.byte(tags.object);
      this.byte(shape);
    } else this.counted(tags.smallObject, smallObjects, tags.object, names.length);
    for (const name of names) {
      if (shape === undefined) this.name(name);
      this.value(value[name] ?? null);
    }
  }

  private shapeOf(names: readonly string[]): number | undefined {
    return this.known.shapesFrom.get(names[0] ?? "")?.find((number) => {
      const shape = this.known.shapes[number];
      return shape?.length === names.length && shape.every((name, index) => name === names[index]);
    });
  }

  private name(name: string): void {
    this.room(16);
    const number = this.known.numbers.get(name);
    this.byte(number ?? literalName);
    if (number === undefined) this.literal(name);
  }
}

/**
 * Packs a value into few bytes: known words and small numbers are one byte, UUIDs sixteen, instants a few bytes beside the first one, and what
 * was said before is referred to. Exact: doubles keep their bits. It needs no schema, so that whoever adds a member need not come here.
 */
export function pack(value: Packable, known: Dictionary, given: Given = []): Buffer {
  const packer = new Packer(known, given);
  packer.value(value);
  return packer.bytes.subarray(0, packer.length);
}
