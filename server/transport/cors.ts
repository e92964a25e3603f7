import type { IncomingMessage, ServerResponse } from "node:http";
import { AppError } from "../errors.js";
import { type Endpoint, isForBrowsers } from "./pipeline.js";
import { findRoute, restRoutes } from "./rest/routes.js";

/** Whether any project allows an origin. */
export type IsOriginAllowed = (origin: string) => Promise<boolean>;

/** Answers a preflight; false when it is none, or when the usual answer, which allows nothing, is the right one. */
export type AnswerPreflight = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;

/** What our clients, and Connect and gRPC-Web in general, send beside what browsers always may. */
const requestHeaders = [
  "authorization",
  "content-type",
  "connect-protocol-version",
  "connect-timeout-ms",
  "grpc-timeout",
  "x-grpc-web",
  "x-user-agent",
  "x-request-id",
  "idempotency-key",
].join(", ");

/** How long a browser may remember a preflight; whether the origin is allowed is looked at on each call all the same. */
const maxAgeSeconds = 7_200;

/** Longest origin that is looked up: a scheme, the longest host name and a port. */
const longestOrigin = 300;

/**
 * Makes the answer to preflights. One carries no secret and so names no project: it is answered for methods that browsers may call, and for origins
 * that some project allows. Which project's it is, is checked on the call.
 */
export function createPreflight(endpoints: readonly Endpoint[], isAllowed: IsOriginAllowed): AnswerPreflight {
  const routes = restRoutes(endpoints);
  const byPath = new Map(
    endpoints.map((endpoint) => [
      `/${endpoint.method.parent.typeName}/${endpoint.method.name}`,
      endpoint.method,
    ]),
  );
  const methodAt = (verb: string, path: string) => {
    try {
      return byPath.get(path) ?? findRoute(routes, verb, path).route.endpoint.method;
    } catch (error) {
      if (error instanceof AppError) return undefined;
      throw error;
    }
  };

  return async (request, response) => {
    const { origin } = request.headers;
    const verb = request.headers["access-control-request-method"];
    if (request.method !== "OPTIONS" || origin === undefined || verb === undefined) return false;
    const method = methodAt(verb, request.url?.split("?", 1)[0] ?? "");
    if (method === undefined || !isForBrowsers(method) || origin.length > longestOrigin) return false;
    if (!(await isAllowed(origin))) return false;
    response.writeHead(204, {
      "access-control-allow-origin": origin,
      "access-control-allow-methods": verb === "GET" ? "GET" : "POST",
      "access-control-allow-headers": requestHeaders,
      "access-control-max-age": String(maxAgeSeconds),
      vary: "origin, access-control-request-method, access-control-request-headers",
    });
    response.end();
    return true;
  };
}
