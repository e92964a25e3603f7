import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { maxBodyBytes } from "./limits.js";

const decompress: Readonly<Record<string, (bytes: Buffer, options: { maxOutputLength: number }) => Buffer>> =
  {
    gzip: gunzipSync,
    br: brotliDecompressSync,
  };

/** Whether a request of Connect or gRPC-Web has its message in JSON. */
export function isJson(header: Headers): boolean {
  return /^application\/(grpc-web\+)?json\b/i.test(header.get("content-type") ?? "");
}

/** Whether its message stands in an envelope: a byte of flags, of which the lowest says that it is compressed, and four of its length. */
export function isEnveloped(header: Headers): boolean {
  return /^application\/grpc-web\b/i.test(header.get("content-type") ?? "");
}

/** The JSON of a request, taken out of what it is wrapped in; undefined where that cannot be, which the library will find, too. */
export function givenJson(header: Headers, body: Buffer): string | undefined {
  const enveloped = isEnveloped(header);
  const message = enveloped ? body.subarray(5, 5 + (body.length < 5 ? 0 : body.readUInt32BE(1))) : body;
  const isPlain = enveloped && ((body[0] ?? 0) & 1) === 0;
  const encoding = isPlain ? null : header.get(enveloped ? "grpc-encoding" : "content-encoding");
  if (encoding === null || encoding === "identity") return message.toString("utf8");
  try {
    return decompress[encoding]?.(message, { maxOutputLength: maxBodyBytes }).toString("utf8");
  } catch {
    return undefined;
  }
}
