import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import { createSecureServer, type Http2SecureServer } from "node:http2";
import { createContextValues } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import type { Tls } from "../config.js";
import type { TrustedProxies } from "../trusted-proxies.js";
import { connectRoutes, httpCallKey } from "./connect.js";
import { trackConnections } from "./connections.js";
import { createPreflight, type IsOriginAllowed } from "./cors.js";
import { type HttpCall, httpCall } from "./http-call.js";
import { maxBodyBytes, requestTimeoutMs } from "./limits.js";
import { listen } from "./listen.js";
import type { Endpoint } from "./pipeline.js";
import { restHandler } from "./rest/rest.js";

/** Something other than the API that the HTTP port answers. */
export interface Page {
  /** Its exact path; with `/*` at the end any path with one more segment, with `/` every path below. */
  readonly path: string;
  /** What it answers to; default GET and HEAD. */
  readonly methods?: readonly ("GET" | "HEAD" | "POST")[];
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

/** A running HTTP server. */
export interface HttpServer {
  readonly port: number;
  /** Takes no new calls and resolves when those in flight are answered. */
  close(): Promise<void>;
  /** Cuts off what is still in flight. */
  destroy(): void;
}

/** How to serve HTTP. */
export interface HttpOptions {
  readonly endpoints: readonly Endpoint[];
  readonly pages: readonly Page[];
  readonly host: string;
  readonly port: number;
  readonly tls: Tls | undefined;
  readonly proxies: TrustedProxies;
  /** The origin of the pages that this server serves, where it is known better than from the `Host` header. */
  readonly ownOrigin: string | undefined;
  readonly isOriginAllowed: IsOriginAllowed;
}

function isFor({ path: pattern }: Page, path: string): boolean {
  if (pattern.endsWith("/")) return path.startsWith(pattern);
  if (!pattern.endsWith("/*")) return pattern === path;
  const folder = pattern.slice(0, -1);
  return path.startsWith(folder) && path.length > folder.length && !path.includes("/", folder.length);
}

/** The pages that answer to each method. */
function pagesByMethod(pages: readonly Page[]): ReadonlyMap<string | undefined, readonly Page[]> {
  const byMethod = new Map<string | undefined, Page[]>();
  for (const page of pages) {
    for (const method of page.methods ?? ["GET", "HEAD"])
      byMethod.set(method, [...(byMethod.get(method) ?? []), page]);
  }
  return byMethod;
}

const pathOf = ({ url = "" }: IncomingMessage): string => {
  const mark = url.indexOf("?");
  return mark < 0 ? url : url.slice(0, mark);
};

function listenerOf(options: HttpOptions): RequestListener {
  const { endpoints } = options;
  const pages = pagesByMethod(options.pages);
  const calls = new WeakMap<object, HttpCall>();
  const connect = connectNodeAdapter({
    routes: connectRoutes(endpoints),
    grpc: false,
    readMaxBytes: maxBodyBytes,
    contextValues: (request) => createContextValues().set(httpCallKey, calls.get(request)),
    jsonOptions: { alwaysEmitImplicit: true, ignoreUnknownFields: true },
  });
  const rest = restHandler(endpoints);
  const preflight = createPreflight(endpoints, options.isOriginAllowed);
  const prefixes = new Set(endpoints.map(({ method }) => `/${method.parent.typeName}/`));
  const callApi = (request: IncomingMessage, response: ServerResponse, path: string) => {
    const call = httpCall(request, response, options);
    if (prefixes.has(path.slice(0, path.lastIndexOf("/") + 1))) {
      calls.set(request, call);
      connect(request as never, response as never);
    } else void rest(request, response, call);
  };
  return (request, response) => {
    const path = pathOf(request);
    const page = pages.get(request.method)?.find((candidate) => isFor(candidate, path));
    if (page !== undefined) void page.answer(request, response);
    else if (request.method !== "OPTIONS") callApi(request, response, path);
    else {
      void preflight(request, response).then((answered) => {
        if (!answered) callApi(request, response, path);
      });
    }
  };
}

/** Serves REST, Connect, gRPC-Web and the pages on one port; with TLS, HTTP/1.1 and HTTP/2. */
export async function serveHttp(options: HttpOptions): Promise<HttpServer> {
  const { host, port, tls } = options;
  const listener = listenerOf(options);
  const server: Server | Http2SecureServer =
    tls === undefined
      ? createServer(
          {
            requestTimeout: requestTimeoutMs,
            headersTimeout: requestTimeoutMs,
            connectionsCheckingInterval: 1_000,
          },
          listener,
        )
      : createSecureServer({ cert: tls.cert, key: tls.key, allowHTTP1: true }, listener as never);

  const connections = trackConnections(server);
  const bound = await listen(server, { host, port, purpose: "HTTP" });
  return {
    port: bound,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        connections.leave();
      }),
    destroy: () => connections.destroy(),
  };
}
