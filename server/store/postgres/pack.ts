import { Earlier } from "./earlier.js";
import {
  type Dictionary,
  dictionary,
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
import { hashesForm, uuidForm, writeAddress } from "./packed-forms.js";

/** Whole numbers in this range are taken for instants: 2001 to 2128. They are exact either way. */
const isInstant = (value: number) => value >= 1e12 && value < 5e12;
/** For a packer that has packed nothing yet. */
const noWords = dictionary([]);

/** Longer texts are written by the runtime, which then is quicker at it. */
const shortText = 32;

const none: readonly never[] = [];

function isSame(shape: readonly string[], names: readonly string[]): boolean {
  if (shape.length !== names.length) return false;
  for (let index = 0; index < shape.length; index++) if (shape[index] !== names[index]) return false;
  return true;
}

class Packer {
  private bytes = Buffer.allocUnsafe(4096);
  private length = 0;
  private base: number | undefined;
  private known = noWords;
  private readonly earlier = new Earlier();

  /** Packs one value, and is ready for the next. */
  pack(value: Packable, known: Dictionary, given: Given): Buffer {
    this.known = known;
    this.length = 0;
    this.base = undefined;
    this.earlier.clear();
    for (const told of given) {
      this.earlier.placeOf(told);
      if (typeof told === "number") this.base ??= told;
    }
    this.value(value);
    return Buffer.from(this.bytes.subarray(0, this.length));
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
      this.byte((rest & 0x7f) | 0x80);
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
    if (text.length <= shortText && this.ascii(text)) return;
    const length = Buffer.byteLength(text);
    this.room(length + 16);
    this.varint(length);
    this.length += this.bytes.write(text, this.length, length, "utf8");
  }

  /** Writes a short text of ASCII; answers false for another, of which nothing is written. */
  private ascii(text: string): boolean {
    this.room(shortText + 1);
    const { bytes } = this;
    let next = this.length;
    bytes[next++] = text.length;
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (code >= 0x80) return false;
      bytes[next++] = code;
    }
    this.length = next;
    return true;
  }

  /** Refers to an equal earlier value; answers false, and remembers this one, where there is none. */
  private again(value: string | number): boolean {
    const place = this.earlier.placeOf(value);
    if (place < 0) return false;
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
    else if (!this.formed(value)) {
      this.byte(tags.text);
      this.literal(value);
    }
  }

  /** Packs a text of a frequent form; answers false for another, of which nothing is written. */
  private formed(text: string): boolean {
    const { bytes, length } = this;
    if (text.length === uuidForm.characters && uuidForm.write(text, bytes, length + 1)) {
      this.byte(tags.uuid);
      this.length += uuidForm.size;
      return true;
    }
    const isHashes = text.length === hashesForm.characters && hashesForm.write(text, bytes, length + 2);
    if (!isHashes && !writeAddress(text, bytes, length + 2)) return false;
    this.byte(tags.array);
    this.byte(isHashes ? forms.hashes : forms.address);
    this.length += isHashes ? hashesForm.size : 4;
    return true;
  }

  private value(value: Packable): void {
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
    let members = Object.values(value);
    if (members.includes(undefined)) {
      names = names.filter((_, index) => members[index] !== undefined);
      members = members.filter((member) => member !== undefined);
    }
    const shape = this.shapeOf(names);
    if (shape !== undefined) {
      this.byte(tags.object);
      this.byte(shape);
    } else this.counted(tags.smallObject, smallObjects, tags.object, names.length);
    for (let index = 0; index < names.length; index++) {
      if (shape === undefined) this.name(names[index] ?? "");
      this.value(members[index] ?? null);
    }
  }

  private shapeOf(names: readonly string[]): number | undefined {
    for (const number of this.known.shapesFrom.get(names[0] ?? "") ?? none) {
      if (isSame(this.known.shapes[number] ?? none, names)) return number;
    }
    return undefined;
  }

  private name(name: string): void {
    this.room(16);
    const number = this.known.numbers.get(name);
    this.byte(number ?? literalName);
    if (number === undefined) this.literal(name);
  }
}

const packer = new Packer();

/**
 * Packs a value into few bytes: known words and small numbers are one byte, UUIDs sixteen, instants a few bytes beside the first one, and what
 * was said before is referred to. Exact: doubles keep their bits. It needs no schema, so that whoever adds a member need not come here.
 */
export function pack(value: Packable, known: Dictionary, given: Given = []): Buffer {
  return packer.pack(value, known, given);
}
