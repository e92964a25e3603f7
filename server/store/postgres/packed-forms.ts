import { readDotted } from "../../risk/ip-address.js";

/**
 * Texts that are packed as the bytes that they spell. They are read and written character by character, since the patterns and strings that this
 * saves cost more than all the rest of packing.
 */

/** A form of text: so many characters that spell so many bytes. */
export interface HexForm {
  readonly characters: number;
  readonly size: number;
  /** Writes the bytes of a text of as many characters; answers false where it is of another form, with anything in place of the bytes. */
  write(text: string, bytes: Uint8Array, at: number): boolean;
  /** The text that is spelled by the bytes. */
  read(bytes: Uint8Array, at: number): string;
}

const digits = "0123456789abcdef";

/** The value of each lower-case hexadecimal digit, by its character code; −1 for what is none. */
const values = Int8Array.from({ length: 128 }, (_, code) => digits.indexOf(String.fromCharCode(code)));

/** Makes a form from its look, in which `x` stands for a digit; each run of digits is even. */
function hexForm(look: string): HexForm {
  const places = [...look.matchAll(/xx/g)].map(({ index }) => index);
  const marks = [...look.matchAll(/[^x]/g)].map(({ index }) => index);
  const draft = Buffer.from(look, "latin1");

  return {
    characters: look.length,
    size: places.length,
    write(text, bytes, at) {
      for (const mark of marks) if (text.charCodeAt(mark) !== draft[mark]) return false;
      let next = at;
      for (const place of places) {
        const high = values[text.charCodeAt(place)] ?? -1;
        const low = values[text.charCodeAt(place + 1)] ?? -1;
        if (high < 0 || low < 0) return false;
        bytes[next++] = high * 16 + low;
      }
      return true;
    },
    read(bytes, at) {
      let next = at;
      for (const place of places) {
        const byte = bytes[next++] ?? 0;
        draft[place] = digits.charCodeAt(byte >> 4);
        draft[place + 1] = digits.charCodeAt(byte & 15);
      }
      return draft.toString("latin1");
    },
  };
}

/** An id of ours. */
export const uuidForm = hexForm("xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx");
/** A client key of three hashes. */
export const hashesForm = hexForm("xxxxxxxx|xxxxxxxx|xxxxxxxx");

/** Writes the four bytes of an IPv4 address without leading zeros; answers false for another text, of which nothing is written. */
export function writeAddress(text: string, bytes: Buffer, at: number): boolean {
  const address = text.length < 7 || text.length > 15 ? undefined : readDotted(text, 0);
  if (address === undefined) return false;
  bytes.writeUInt32BE(address, at);
  return true;
}

/** The IPv4 address of four bytes. */
export function readAddress(bytes: Uint8Array, at: number): string {
  return `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`;
}
