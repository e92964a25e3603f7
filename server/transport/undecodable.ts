import { Code, type ContextValues, createContextKey, createContextValues } from "@connectrpc/connect";
import {
  createAsyncIterable,
  type UniversalHandler,
  type UniversalServerRequest,
  type UniversalServerResponse,
} from "@connectrpc/connect/protocol";
import { AppError } from "../errors.js";

/** How far a request got. */
interface Trip {
  /** Whether it came to a method of ours. */
  arrived: boolean;
  /** Whether its bytes are no message, so that an empty one stands in for it. */
  undecodable: boolean;
}

const tripKey = createContextKey<Trip | undefined>(undefined, { description: "how far this request got" });

/** To be called first in a method. What it answers is called when the message is read, and throws `malformed_body` where there is none. */
export function arrive(values: ContextValues): () => void {
  const trip = values.get(tripKey);
  if (trip !== undefined) trip.arrived = true;
  return () => {
    if (trip?.undecodable !== true) return;
    throw new AppError("malformed_body", "The request is not the protobuf message that this method takes.");
  };
}

/**
 * The library decodes a request before any method is called, and takes bytes that are no message for a fault of the server. Where it does so,
 * the handler is called again with an empty message in their place, and the method refuses it in its own time: whoever has no secret is not
 * told of it, and the call is logged like any other.
 */
export function refusingUndecodable(handler: UniversalHandler): UniversalHandler {
  const handle = async (request: UniversalServerRequest): Promise<UniversalServerResponse> => {
    const trip: Trip = { arrived: false, undecodable: false };
    const contextValues = (request.contextValues ?? createContextValues()).set(tripKey, trip);
    const response = await handler({ ...request, contextValues });
    if (trip.arrived) return response;
    const body = await collect(response.body);
    if (!saysInternal(response.status, body)) return { ...response, body: createAsyncIterable([body]) };
    trip.undecodable = true;
    return handler({ ...request, ...emptyMessage(request.header), contextValues });
  };
  const { service, method, requestPath, supportedContentType, protocolNames, allowedMethods } = handler;
  return Object.assign(handle, {
    service,
    method,
    requestPath,
    supportedContentType,
    protocolNames,
    allowedMethods,
  });
}

/** An error that the library answers by itself is a few hundred bytes. */
async function collect(body: AsyncIterable<Uint8Array> = createAsyncIterable([])): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** In Connect the HTTP status tells, in gRPC-Web the trailers, which are its body. */
function saysInternal(status: number, body: Uint8Array): boolean {
  if (status !== 200) return status === 500;
  const trailers = Buffer.from(body).toString("latin1");
  return new RegExp(`\\bgrpc-status: *${Code.Internal}\\b`, "i").test(trailers);
}

/** In gRPC-Web a message stands in an envelope: a byte of flags and four of its length. */
function emptyMessage(header: Headers): Pick<UniversalServerRequest, "header" | "body"> {
  const own = new Headers(header);
  for (const name of ["content-length", "content-encoding"]) own.delete(name);
  const isGrpcWeb = own.get("content-type")?.startsWith("application/grpc-web") === true;
  return { header: own, body: createAsyncIterable(isGrpcWeb ? [new Uint8Array(5)] : []) };
}
