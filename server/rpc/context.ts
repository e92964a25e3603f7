import type { DescService, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import type { Caller } from "../service/authenticate.js";

/** What a handler knows of its call besides the message. */
export interface RpcContext {
  readonly caller: Caller;
  /** The caller's idempotency key, where one came. */
  readonly idempotencyKey: string | undefined;
  /** The address of the one who calls, read through the trusted proxies. */
  readonly clientAddress: string | undefined;
  /** When the caller stops waiting, by this machine's clock; undefined when it did not say. */
  readonly deadlineAt: number | undefined;
}

/** One handler for each method of a service: checked message in, message out; failures are AppErrors. */
export type Handlers<S extends DescService> = {
  readonly [K in keyof S["method"]]: (
    request: MessageShape<S["method"][K]["input"]>,
    context: RpcContext,
  ) => Promise<MessageInitShape<S["method"][K]["output"]>>;
};
