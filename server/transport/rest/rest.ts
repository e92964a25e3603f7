import type { IncomingMessage, ServerResponse } from "node:http";
import type { Message } from "@bufbuild/protobuf";
import { AppError } from "../../errors.js";
import { httpStatus } from "../error-status.js";
import type { HttpCall } from "../http-call.js";
import { maxBodyBytes } from "../limits.js";
import { answerHeaders, asAppError, type CallInfo, type Endpoint, requestIdFrom } from "../pipeline.js";
import { compileJsonReader, type JsonReader } from "./json-reader.js";
import { compileJsonWriter, type JsonWriter } from "./json-writer.js";
import { findRoute, type Matched, type Route, restRoutes } from "./routes.js";

/** Answers one REST call. */
export type RestHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  call: HttpCall,
) => Promise<void>;

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** Reads the body, up to the limit. Throws `body_too_large`; the rest of a longer body is not read. */
async function readBody(request: IncomingMessage): Promise<Buffer> {
  const tooLarge = () =>
    new AppError("body_too_large", `The body must have at most ${maxBodyBytes} bytes.`, {
      metadata: { max_bytes: String(maxBodyBytes) },
    });
  if (Number(header(request, "content-length") ?? 0) > maxBodyBytes) throw tooLarge();
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request) {
      length += chunk.length;
      if (length > maxBodyBytes) throw tooLarge();
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError("malformed_body", "The connection closed before the whole body had come.", {
      cause: error,
    });
  }
  return Buffer.concat(chunks, length);
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const body = await readBody(request);
  if (body.length === 0) return {};
  if (!/^application\/json *(;|$)/i.test(header(request, "content-type") ?? "")) {
    throw new AppError(
      "unsupported_media_type",
      "The body must be JSON; send the header `Content-Type: application/json`.",
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(utf8.decode(body));
  } catch (error) {
    throw new AppError("malformed_body", "The body is not valid JSON.", { cause: error });
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw new AppError("malformed_body", "The body must be a JSON object.");
  }
  return value as Record<string, unknown>;
}

function errorBody(error: AppError, requestId: string): unknown {
  return {
    code: error.code,
    message: error.message,
    reason: error.reason,
    request_id: requestId,
    details: error.violations,
  };
}

function send(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: unknown,
): void {
  if (response.headersSent || response.destroyed) return;
  const text = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    ...headers,
    "content-type": "application/json; charset=utf-8",
    "content-length": text.length,
    "cache-control": "no-store",
  });
  response.end(text);
}

/** Serves the endpoints as REST, by the routes of their `google.api.http` annotations. */
export function restHandler(endpoints: readonly Endpoint[]): RestHandler {
  const routes = restRoutes(endpoints);
  const readers = new Map<Endpoint, JsonReader>();
  const writers = new Map<Route, JsonWriter>();
  for (const route of routes) {
    const { method } = route.endpoint;
    readers.set(route.endpoint, compileJsonReader(method.input));
    const field = method.output.fields.find((candidate) => candidate.name === route.responseField);
    if (field === undefined) writers.set(route, compileJsonWriter(method.output));
    else if (field.fieldKind === "message") {
      const write = compileJsonWriter(field.message);
      writers.set(route, (message) =>
        write((message as unknown as Record<string, Message>)[field.localName] as Message),
      );
    }
  }

  async function answer(
    { route, parameters }: Matched,
    query: URLSearchParams,
    request: IncomingMessage,
    info: CallInfo,
  ) {
    const read = readers.get(route.endpoint);
    const write = writers.get(route);
    if (read === undefined || write === undefined)
      throw new Error(`${route.endpoint.method.name} is not compiled`);
    const message = await route.endpoint.call(info, async () =>
      read({
        ...Object.fromEntries(query),
        ...(route.hasBody ? await readJson(request) : {}),
        ...parameters,
      }),
    );
    return write(message);
  }

  return async (request, response, call) => {
    const requestId = requestIdFrom(header(request, "x-request-id"));
    try {
      const [path = "", search = ""] = (request.url ?? "").split("?", 2);
      const matched = findRoute(routes, request.method ?? "", path);
      const info: CallInfo = {
        protocol: "rest",
        requestId,
        authorization: header(request, "authorization"),
        idempotencyKey: header(request, "idempotency-key"),
        clientAddress: call.clientAddress,
        deadlineAt: undefined,
      };
      const query = new URLSearchParams(matched.route.hasBody ? "" : search);
      send(response, 200, answerHeaders(requestId), await answer(matched, query, request, info));
    } catch (thrown) {
      const error = asAppError(thrown);
      const { allow } = error.metadata;
      // What is left of a body that was not read would be taken for the next request.
      const unread = request.complete ? {} : { connection: "close" };
      send(
        response,
        httpStatus(error),
        { ...answerHeaders(requestId, error), ...(allow === undefined ? {} : { allow }), ...unread },
        errorBody(error, requestId),
      );
    }
  };
}
