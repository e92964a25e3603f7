/** Byte strings as a `text[]` parameter of hexadecimal, for `decode(…, 'hex')`; the client library cannot send a `bytea[]`. */
export function hexes(values: readonly Uint8Array[]): string[] {
  return values.map((value) => Buffer.from(value.buffer, value.byteOffset, value.length).toString("hex"));
}
