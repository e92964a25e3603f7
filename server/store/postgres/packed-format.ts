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

export const mostShapes = 32;

/** The first byte of a value. Those from `small` on hold a count or a number themselves. */
export const tags = {
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
  /** A number from 32 on: so many entries. Below: a text of the form of that number, see `forms`. */
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

/** Forms of frequent texts that are packed as the bytes that they spell. */
export const forms = {
  /** An IPv4 address: 4 bytes. */
  address: 0,
  /** Three times eight lower-case hexadecimal digits, parted by `|`: 12 bytes. */
  hashes: 1,
} as const;

export const smallWholes = tags.smallArray - tags.smallWhole;
/** So that a larger count is told from a form. */
export const smallArrays = tags.smallObject - tags.smallArray;
/** As many as `mostShapes`, so that a larger count is told from a shape. */
export const smallObjects = tags.smallWord - tags.smallObject;
export const smallWords = 256 - tags.smallWord;
/** In place of a member's number: its name follows. */
export const literalName = 255;

/** Values that whoever unpacks knows already, none of them twice: what equals one is referred to, and instants are told from the first number. */
export type Given = readonly (string | number)[];
