import type { IncomingMessage, ServerResponse } from "node:http";
import { clientAddress, type TrustedProxies } from "../trusted-proxies.js";
import { type ForeignOrigin, foreignOrigin } from "./foreign-origin.js";

/** What an HTTP request says of the call that it carries, whatever the protocol. */
export interface HttpCall {
  /** The address of the one who calls, read through the trusted proxies. */
  readonly clientAddress: string | undefined;
  /** The web page of another origin that calls, if one does. */
  readonly foreignOrigin: ForeignOrigin | undefined;
}

/** Looks at a request. */
export function httpCall(
  request: IncomingMessage,
  response: ServerResponse,
  { proxies, ownOrigin }: { readonly proxies: TrustedProxies; readonly ownOrigin: string | undefined },
): HttpCall {
  const forwarded = request.headers["x-forwarded-for"];
  return {
    clientAddress: clientAddress(
      request.socket.remoteAddress,
      Array.isArray(forwarded) ? forwarded.join(",") : forwarded,
      proxies,
    ),
    foreignOrigin: foreignOrigin(request, response, ownOrigin),
  };
}
