import type { DescService } from "@bufbuild/protobuf";
import { ConnectError, type ConnectRouter, createContextKey, type HandlerContext } from "@connectrpc/connect";
import { toConnectError } from "./error-status.js";
import type { HttpCall } from "./http-call.js";
import { answerHeaders, asAppError, type CallInfo, type Endpoint, requestIdFrom } from "./pipeline.js";
import { arrive, refusingUndecodable } from "./undecodable.js";

/** Under which a call finds what its HTTP request says of it. */
export const httpCallKey = createContextKey<HttpCall | undefined>(undefined, {
  description: "the HTTP request of this call",
});

function callInfo(context: HandlerContext, requestId: string): CallInfo {
  const timeoutMs = context.timeoutMs();
  return {
    protocol: context.protocolName,
    requestId,
    authorization: context.requestHeader.get("authorization") ?? undefined,
    idempotencyKey: context.requestHeader.get("idempotency-key") ?? undefined,
    clientAddress: context.values.get(httpCallKey)?.clientAddress,
    foreignOrigin: context.values.get(httpCallKey)?.foreignOrigin,
    deadlineAt: timeoutMs === undefined ? undefined : Date.now() + timeoutMs,
  };
}

/** Serves the endpoints over Connect and gRPC-Web. */
export function connectRoutes(endpoints: readonly Endpoint[]): (router: ConnectRouter) => void {
  const byService = new Map<DescService, Endpoint[]>();
  for (const endpoint of endpoints) {
    const service = endpoint.method.parent;
    byService.set(service, [...(byService.get(service) ?? []), endpoint]);
  }
  return (router) => {
    for (const [service, served] of byService) {
      const methods = served.map(({ method, call }) => [
        method.localName,
        async (request: never, context: HandlerContext) => {
          const assertDecoded = arrive(context.values);
          const requestId = requestIdFrom(context.requestHeader.get("x-request-id") ?? undefined);
          try {
            const response = await call(callInfo(context, requestId), () => {
              assertDecoded();
              return request;
            });
            for (const [name, value] of Object.entries(answerHeaders(requestId)))
              context.responseHeader.set(name, value);
            return response;
          } catch (thrown) {
            if (thrown instanceof ConnectError) throw thrown;
            const error = asAppError(thrown);
            throw toConnectError(error, answerHeaders(requestId, error));
          }
        },
      ]);
      router.service(service, Object.fromEntries(methods));
    }
    router.handlers.splice(0, Infinity, ...router.handlers.map(refusingUndecodable));
  };
}
