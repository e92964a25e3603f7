import type { IncomingMessage } from "node:http";
import { clientAddress, type TrustedProxies } from "../trusted-proxies.js";

/** What an HTTP request says of the call that it carries, whatever the protocol. */
export interface HttpCall {
  /** The address of the one who calls, read through the trusted proxies. */
  readonly clientAddress: string | undefined;
}

/** Looks at a request. */
export function httpCall(request: IncomingMessage, proxies: TrustedProxies): HttpCall {
  const forwarded = request.headers["x-forwarded-for"];
  return {
    clientAddress: clientAddress(
      request.socket.remoteAddress,
      Array.isArray(forwarded) ? forwarded.join(",") : forwarded,
      proxies,
    ),
  };
}
