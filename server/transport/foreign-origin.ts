import type { IncomingMessage, ServerResponse } from "node:http";
import { AppError } from "../errors.js";
import type { Caller } from "../service/authenticate.js";

/** What pages may read of an answer. */
const exposedHeaders = [
  "x-request-id",
  "retry-after",
  "grpc-status",
  "grpc-message",
  "grpc-status-details-bin",
].join(", ");

/** A web page of another origin that calls. */
export interface ForeignOrigin {
  readonly name: string;
  /** Lets the page read the answer. */
  allow(): void;
}

/** The origin of the page that calls, unless it is the server's own or no page calls. */
export function foreignOrigin(
  request: IncomingMessage,
  response: ServerResponse,
  ownOrigin: string | undefined,
): ForeignOrigin | undefined {
  const { origin, host } = request.headers;
  if (origin === undefined) return undefined;
  response.setHeader("vary", "origin");
  const own =
    request.headers["sec-fetch-site"] === "same-origin" ||
    origin === ownOrigin ||
    (URL.canParse(origin) && new URL(origin).host === (host ?? request.headers[":authority"]));
  if (own) return undefined;
  return {
    name: origin,
    allow() {
      response.setHeader("access-control-allow-origin", origin);
      response.setHeader("access-control-expose-headers", exposedHeaders);
    },
  };
}

/**
 * Lets a page of an allowed origin read the answer, and refuses calls from pages of any other with a browser's credentials. A call with the API
 * secret is answered, but no page may read it: secrets do not belong in pages.
 */
export function admitOrigin(origin: ForeignOrigin | undefined, caller: Caller): void {
  if (origin === undefined || (caller.clientToken === undefined && caller.publicClient === undefined)) return;
  if (!caller.project.settings.allowedOrigins?.includes(origin.name)) {
    throw new AppError(
      "origin_not_allowed",
      "Pages of this origin may not call; the project's setting allowed_origins lists those that may.",
    );
  }
  origin.allow();
}
