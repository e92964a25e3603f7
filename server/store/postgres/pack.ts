/** What can be packed: JSON with byte strings. Members that are undefined are left out, as in JSON. */
export type Packable =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | readonly Packable[]
  | { readonly [name: string]: Packable | undefined };

/**
 * Strings that a format knows by number: names of members and frequent values. It only ever grows at its end, since what was packed with it
 * holds the numbers; 255 is the most.
 */
export interface Dictionary {
  readonly words: readonly string[];
  readonly numbers: ReadonlyMap<string, number>;
  /** Member names of frequent objects, in their order; such an object is packed without its names. Added to at the end only, 32 are the most. */
  readonly shapes: readonly (readonly string[])[];
  /** Numbers of shapes by their first name. */
  readonly shapesFrom: ReadonlyMap<string, readonly number[]>;
}

/** Makes a dictionary. Throws for one that is too long or says a word twice. */
export function dictionary(
  words: readonly string[],
  shapes: readonly (readonly string[])[] = [],
): Dictionary {
  const numbers = new Map(words.map((word, index) => [word, index]));
  if (numbers.size !== words.length || words.length > 255 || shapes.length > mostShapes) {
    throw new Error("the dictionary is not sound");
  }
  const shapesFrom = new Map<string, number[]>();
  for (const [number, [first = ""]] of shapes.entries()) {
    shapesFrom.set(first, [...(shapesFrom.get(first) ?? []), number]);
  }
  return { words, numbers, shapes, shapesFrom };
}

const mostShapes = 32;

/** The first byte of a value. Those from `small` on hold a count or a number themselves. */
const tags = {
  null: 0,
  false: 1,
  true: 2,
  double: 3,
  /** Whole number from 0: varint. */
  whole: 4,
  /** Whole number below 0: varint of −1 − n. */
  negative: 5,
  /** A number of at most four decimals: varint of its zigzag ten-thousandths. */
  decimal: 6,
  text: 7,
  uuid: 8,
  /** The same as an earlier long value: varint of its place among them. */
  again: 9,
  array: 10,
  /** A number from 32 on: so many members. Below: an object of the shape of that number, its values alone. */
  object: 11,
  /** Milliseconds since 1970: the first one in 6 bytes, later ones as zigzag varints of how much earlier than it they are. */
  firstInstant: 12,
  instant: 13,
  bytes: 14,
  /** A word of the dictionary: its number. */
  word: 15,
  smallWhole: 16,
  smallArray: 80,
  smallObject: 112,
  smallWord: 144,
} as const;

const smallWholes = tags.smallArray - tags.smallWhole;
const smallArrays = tags.smallObject - tags.smallArray;
/** As many as `mostShapes`, so that a larger count is told from a shape. */
const smallObjects = tags.smallWord - tags.smallObject;
const smallWords = 256 - tags.smallWord;
/** In place of a member's number: its name follows. */
const literalName = 255;
/** Whole numbers in this range are taken for instants: 2001 to 2128. They are exact either way. */
const isInstant = (value: number) => value >= 1e12 && value < 5e12;
const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

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

/** Values that whoever unpacks knows already, none of them twice: what equals one is referred to, and instants are told from the first number. */
export type Given = readonly (string | number)[];

/**
 * Packs a value into few bytes: known words and small numbers are one byte, UUIDs sixteen, instants a few bytes beside the first one, and what
 * was said before is referred to. Exact: doubles keep their bits. It needs no schema, so that whoever adds a member need not come here.
 */
export function pack(value: Packable, known: Dictionary, given: Given = []): Buffer {
  const packer = new Packer(known, given);
  packer.value(value);
  return packer.bytes.subarray(0, packer.length);
}

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
      case tags.array:
        return this.array(this.varint());
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
