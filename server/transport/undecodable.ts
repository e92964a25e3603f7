import { Code, type ContextValues, createContextKey, createContextValues } from "@connectrpc/connect";
import {
  createAsyncIterable,
  type UniversalHandler,
  type UniversalServerRequest,
  type UniversalServerResponse,
} from "@connectrpc/connect/protocol";
import { AppError } from "../errors.js";
import { enumWordFault } from "./enum-words.js";
import { givenJson, isEnveloped, isJson } from "./given-json.js";
import { maxBodyBytes } from "./limits.js";

/** How far a request got. */
interface Trip {
  /** Whether it came to a method of ours. */
  arrived: boolean;
  /** Why its bytes are no message, so that an empty one stands in for it. */
  undecodable: AppError | undefined;
}

const tripKey = createContextKey<Trip | undefined>(undefined, { description: "how far this request got" });

/** To be called first in a method. What it answers is called when the message is read, and throws `malformed_body` where there is none. */
export function arrive(values: ContextValues): () => void {
  const trip = values.get(tripKey);
  if (trip !== undefined) trip.arrived = true;
  return () => {
    if (trip?.undecodable !== undefined) throw trip.undecodable;
  };
}

/**
 * The library decodes a request before any method is called, and answers by itself where it cannot: without our reason, and for bytes as if the
 * server were at fault. Where it does so, the handler is called again with an empty message in their place, and the method refuses it in its own
 * time: whoever has no secret is not told of it, and the call is logged like any other. Where something else was wrong, as a header, it still is.
 */
export function refusingUndecodable(handler: UniversalHandler): UniversalHandler {
  const { service, method, requestPath, supportedContentType, protocolNames, allowedMethods } = handler;
  const takesWords = method.input.fields.some(({ fieldKind }) => fieldKind === "enum");
  const handle = async (request: UniversalServerRequest): Promise<UniversalServerResponse> => {
    const trip: Trip = { arrived: false, undecodable: undefined };
    const contextValues = (request.contextValues ?? createContextValues()).set(tripKey, trip);
    let { body: given } = request;
    if (takesWords && isJson(request.header)) {
      const { start, whole } = await readAhead(given as AsyncIterable<Uint8Array>);
      given = whole;
      const json = givenJson(request.header, start);
      if (json !== undefined) trip.undecodable = enumWordFault(method.input, json);
    }
    const response = await handler({ ...request, body: given, contextValues });
    if (trip.arrived) return response;
    const body = await collect(response.body);
    if (!maySayUndecodable(response.status, body)) return { ...response, body: createAsyncIterable([body]) };
    trip.undecodable = new AppError(
      "malformed_body",
      `The request is not the message that this method takes${whereOf(body)}.`,
    );
    return handler({ ...request, ...emptyMessage(request.header), contextValues });
  };
  return Object.assign(handle, {
    service,
    method,
    requestPath,
    supportedContentType,
    protocolNames,
    allowedMethods,
  });
}

/** Reads a body as far as a body may go, and gives it back as if it had not been read. */
async function readAhead(
  body: AsyncIterable<Uint8Array>,
): Promise<{ readonly start: Buffer; readonly whole: AsyncIterable<Uint8Array> }> {
  const chunks: Uint8Array[] = [];
  const rest = body[Symbol.asyncIterator]();
  let length = 0;
  let ended = false;
  while (!ended && length <= maxBodyBytes) {
    const next = await rest.next();
    if (next.done === true) ended = true;
    else {
      chunks.push(next.value);
      length += next.value.length;
    }
  }
  async function* whole() {
    yield* chunks;
    if (!ended) yield* { [Symbol.asyncIterator]: () => rest };
  }
  return { start: Buffer.concat(chunks), whole: whole() };
}

/** An error that the library answers by itself is a few hundred bytes. */
async function collect(body: AsyncIterable<Uint8Array> = createAsyncIterable([])): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Bytes that are no message are `internal` to the library, JSON that is none `invalid_argument`. In Connect the HTTP status tells, in gRPC-Web the trailers, which are its body. */
function maySayUndecodable(status: number, body: Buffer): boolean {
  if (status !== 200) return status === 500 || status === 400;
  return new RegExp(`\\bgrpc-status: *(${Code.Internal}|${Code.InvalidArgument})\\b`, "i").test(
    body.toString("latin1"),
  );
}

/** The field that the library names, and what it expected there; not what it found, which may be anything. */
function whereOf(body: Buffer): string {
  const [, field, expected = ""] =
    /cannot decode field [\w.]+\.(\w+) from JSON(?::( expected \w+))?/.exec(body.toString("latin1")) ?? [];
  if (field === undefined) return "";
  return expected === "" ? `: ${field}` : `: ${field},${expected}`;
}

/** A message with nothing in it, wrapped as the one in whose place it stands. */
function emptyMessage(header: Headers): Pick<UniversalServerRequest, "header" | "body"> {
  const own = new Headers(header);
  for (const name of ["content-length", "content-encoding"]) own.delete(name);
  const message = Buffer.from(isJson(header) ? "{}" : "");
  const envelope = Buffer.from([0, 0, 0, 0, message.length]);
  return { header: own, body: createAsyncIterable(isEnveloped(header) ? [envelope, message] : [message]) };
}
