import type { IncomingMessage, ServerResponse } from "node:http";
import { AppError } from "../../errors.js";
import { lingerBytes, lingerMs, maxBodyBytes } from "../limits.js";

/** Reads the body, up to the limit. Throws `body_too_large`, with the rest of the body unread, or `malformed_body` when it ends too early. */
export function readBody(request: IncomingMessage): Promise<Buffer> {
  const tooLarge = () =>
    new AppError("body_too_large", `The body must have at most ${maxBodyBytes} bytes.`, {
      metadata: { max_bytes: String(maxBodyBytes) },
    });
  if (Number(request.headers["content-length"] ?? 0) > maxBodyBytes) return Promise.reject(tooLarge());
  const chunks: Buffer[] = [];
  let length = 0;
  return new Promise((resolve, reject) => {
    const cut = () => {
      if (request.complete) return;
      reject(new AppError("malformed_body", "The connection closed before the whole body had come."));
    };
    const take = (chunk: Buffer) => {
      length += chunk.length;
      chunks.push(chunk);
      if (length <= maxBodyBytes) return;
      request.off("data", take);
      request.pause();
      reject(tooLarge());
    };
    request.on("data", take);
    request.once("end", () =>
      resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, length)),
    );
    request.once("error", cut);
    request.once("close", cut);
  });
}

/**
 * Ends an answer that was given before the whole body had come. A connection that is closed while bytes still come in is reset, and the
 * answer with it; so what still comes is thrown away, up to a bound, before the end.
 */
export function endUnread(request: IncomingMessage, response: ServerResponse): void {
  let length = 0;
  const end = () => {
    clearTimeout(patience);
    request.off("data", drop);
    response.end();
  };
  const drop = (chunk: Buffer) => {
    length += chunk.length;
    if (length > lingerBytes) end();
  };
  const patience = setTimeout(end, lingerMs);
  request.on("data", drop);
  request.once("end", end);
  request.once("close", end);
  request.resume();
}
