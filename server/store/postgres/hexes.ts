/** A byte string in hexadecimal. */
export function hex(value: Uint8Array): string {
  const bytes = Buffer.isBuffer(value) ? value : Buffer.from(value.buffer, value.byteOffset, value.length);
  return bytes.toString("hex");
}

/** Byte strings as a `text[]` parameter of hexadecimal, for `decode(…, 'hex')`; the client library cannot send a `bytea[]`. */
export function hexes(values: readonly Uint8Array[]): string[] {
  return values.map(hex);
}
