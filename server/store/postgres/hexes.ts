/** The same bytes as a Buffer. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** A byte string in hexadecimal. */
export function hex(value: Uint8Array): string {
  return asBuffer(value).toString("hex");
}

/** Byte strings as a `text[]` parameter of hexadecimal, for `decode(…, 'hex')`; the client library cannot send a `bytea[]`. */
export function hexes(values: readonly Uint8Array[]): string[] {
  return values.map(hex);
}
