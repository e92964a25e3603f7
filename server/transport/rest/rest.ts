import type { IncomingMessage, ServerResponse } from "node:http";
import type { Message } from "@bufbuild/protobuf";
import { AppError } from "../../errors.js";
import { httpStatus } from "../error-status.js";
import type { HttpCall } from "../http-call.js";
import { answerHeaders, asAppError, type CallInfo, type Endpoint, requestIdFrom } from "../pipeline.js";
import { endUnread, readBody } from "./body.js";
import { compileJsonReader, type JsonReader } from "./json-reader.js";
import { compileJsonWriter, type JsonWriter } from "./json-writer.js";
import { createFindRoute, type Matched, type Route, restRoutes } from "./routes.js";

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
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers, body }: { status: number; headers: Readonly<Record<string, string>>; body: unknown },
): void {
  if (response.headersSent || response.destroyed) return;
  const text = JSON.stringify(body);
  // What is left of a body that was not read would be taken for the next request.
  const unread = request.httpVersionMajor === 1 && !request.complete;
  response.writeHead(status, {
    ...headers,
    ...(unread ? { connection: "close" } : {}),
    "content-type": "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(text),
    "cache-control": "no-store",
  });
  if (unread) {
    response.write(text);
    endUnread(request, response);
  } else response.end(text);
}

/** Serves the endpoints as REST, by the routes of their `google.api.http` annotations. */
export function restHandler(endpoints: readonly Endpoint[]): RestHandler {
  const routes = restRoutes(endpoints);
  const find = createFindRoute(routes);
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
    query: Readonly<Record<string, string>>,
    request: IncomingMessage,
    info: CallInfo,
  ) {
    const read = readers.get(route.endpoint);
    const write = writers.get(route);
    if (read === undefined || write === undefined)
      throw new Error(`${route.endpoint.method.name} is not compiled`);
    const message = await route.endpoint.call(info, async () =>
      read({
        ...query,
        ...(route.hasBody ? await readJson(request) : {}),
        ...parameters,
      }),
    );
    return write(message);
  }

  return async (request, response, call) => {
    const requestId = requestIdFrom(header(request, "x-request-id"));
    try {
      const url = request.url ?? "";
      const mark = url.indexOf("?");
      const [path, search] = mark < 0 ? [url, ""] : [url.slice(0, mark), url.slice(mark + 1)];
      const matched = find(request.method ?? "", path);
      const info: CallInfo = {
        protocol: "rest",
        requestId,
        authorization: header(request, "authorization"),
        idempotencyKey: header(request, "idempotency-key"),
        clientAddress: call.clientAddress,
        foreignOrigin: call.foreignOrigin,
        deadlineAt: undefined,
      };
      const query = matched.route.hasBody ? {} : Object.fromEntries(new URLSearchParams(search));
      const body = await answer(matched, query, request, info);
      send(request, response, { status: 200, headers: answerHeaders(requestId), body });
    } catch (thrown) {
      const error = asAppError(thrown);
      const { allow } = error.metadata;
      send(request, response, {
        status: httpStatus(error),
        headers: { ...answerHeaders(requestId, error), ...(allow === undefined ? {} : { allow }) },
        body: errorBody(error, requestId),
      });
    }
  };
}
