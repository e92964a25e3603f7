import { instant } from "./instant.js";

/**
 * Array parameters as the text that PostgreSQL reads them from, to be cast in the statement: `${uuids(ids)}::text::uuid[]`. One array for each
 * column of many rows costs a tenth of the same rows as JSON.
 */

/** Whole numbers, booleans, UUIDs or instants, which need no quotes. */
export function plain(values: readonly (number | string | boolean | null | undefined)[]): string {
  let text = "{";
  for (const [index, value] of values.entries()) text += `${index === 0 ? "" : ","}${value ?? "NULL"}`;
  return `${text}}`;
}

const special = /["\\]/g;

/** Texts of any content. */
export function texts(values: readonly (string | null | undefined)[]): string {
  let text = "{";
  for (const [index, value] of values.entries()) {
    if (index > 0) text += ",";
    if (value === null || value === undefined) text += "NULL";
    else text += special.test(value) ? `"${value.replace(special, "\\$&")}"` : `"${value}"`;
    special.lastIndex = 0;
  }
  return `${text}}`;
}

/** Instants, in milliseconds since 1970. */
export function instants(values: readonly number[]): string {
  return plain(values.map(instant));
}

/** Byte strings. */
export function byteas(values: readonly (Uint8Array | null | undefined)[]): string {
  let text = "{";
  for (const [index, value] of values.entries()) {
    if (index > 0) text += ",";
    if (value === null || value === undefined) text += "NULL";
    else text += `"\\\\x${Buffer.from(value.buffer, value.byteOffset, value.length).toString("hex")}"`;
  }
  return `${text}}`;
}
