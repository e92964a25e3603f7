import { randomUUID } from "node:crypto";
import {
  create,
  type DescMethod,
  type DescMethodUnary,
  type DescService,
  getOption,
  type Message,
  type MessageInitShape,
} from "@bufbuild/protobuf";
import { Access, access } from "../../gen/es/rupt/v2/options_pb.js";
import type { Instant } from "../clock.js";
import { AppError, type ErrorReason, errorCodes } from "../errors.js";
import type { Log } from "../log.js";
import type { Metrics } from "../metrics.js";
import type { Handlers, RpcContext } from "../rpc/context.js";
import type { Authenticate, Caller } from "../service/authenticate.js";
import { httpStatus } from "./error-status.js";
import { admitOrigin, type ForeignOrigin } from "./foreign-origin.js";
import { compileValidate, type Validate } from "./validate.js";

/** What a transport says of a call. */
export interface CallInfo {
  readonly protocol: string;
  readonly requestId: string;
  readonly authorization: string | undefined;
  readonly idempotencyKey: string | undefined;
  /** The address of the one who calls, read through the trusted proxies. */
  readonly clientAddress: string | undefined;
  /** The web page of another origin that calls, if one does. */
  readonly foreignOrigin: ForeignOrigin | undefined;
  /** When the caller stops waiting, by this machine's clock; undefined when it did not say. */
  readonly deadlineAt: Instant | undefined;
}

/** One method of the API with everything that its calls go through. */
export interface Endpoint {
  readonly method: DescMethodUnary;
  /**
   * Carries one call: authenticate → read the message → validate → handle → log. Every failure is thrown as an AppError that the caller
   * may see.
   */
  call(info: CallInfo, read: () => Message | Promise<Message>): Promise<Message>;
}

/** A service with its handlers, of whatever type. */
export interface Implementation {
  readonly service: DescService;
  readonly handlers: Readonly<Record<string, (request: never, context: RpcContext) => Promise<object>>>;
}

/** Pairs a service with its handlers. */
export function implement<S extends DescService>(service: S, handlers: Handlers<S>): Implementation {
  return { service, handlers: handlers as unknown as Implementation["handlers"] };
}

/** A request id that the caller chose, where it is a sound one, else a fresh one. */
export function requestIdFrom(header: string | undefined): string {
  return header !== undefined && /^[A-Za-z0-9._-]{8,64}$/.test(header) ? header : randomUUID();
}

const idempotencyKeyPattern = /^[\x21-\x7e]{1,255}$/;

/** What the pipeline needs. */
export interface PipelineDeps {
  readonly authenticate: Authenticate;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Anything that was thrown, as an AppError; what is unknown becomes `internal` with the cause kept for the log. */
export function asAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  return new AppError(
    "internal",
    "The server failed on this call; its log has the cause under the request id.",
    { cause: error },
  );
}

function isUnary(method: DescMethod): method is DescMethodUnary {
  return method.methodKind === "unary";
}

/** Makes the endpoints of all services, in the order of the protos. */
export function createEndpoints(
  implementations: readonly Implementation[],
  deps: PipelineDeps,
): readonly Endpoint[] {
  return implementations.flatMap(({ service, handlers }) =>
    service.methods.map((method) => {
      if (!isUnary(method)) throw new Error(`${method.name}: only unary methods are served`);
      const handler = handlers[method.localName];
      if (handler === undefined) throw new Error(`${service.typeName}.${method.name} has no handler`);
      return endpoint(method, handler, deps);
    }),
  );
}

/** Whether browsers may call a method, with a client token or a public client id. */
export function isForBrowsers(method: DescMethod): boolean {
  const who = getOption(method, access);
  return who === Access.SECRET_OR_CLIENT_TOKEN || who === Access.PUBLIC_CLIENT;
}

/** Throws `not_permitted` where the caller's kind of credential is not for the method. */
function permit(who: Access, { clientToken, publicClient }: Caller): void {
  if (clientToken !== undefined && who !== Access.SECRET_OR_CLIENT_TOKEN) {
    throw new AppError(
      "not_permitted",
      "A client token may send and verify its own challenge, nothing else.",
    );
  }
  if (publicClient !== undefined && who !== Access.PUBLIC_CLIENT) {
    throw new AppError(
      "not_permitted",
      "A public client id may hand in evaluations from browsers, nothing else.",
    );
  }
  if (clientToken === undefined && publicClient === undefined && who === Access.PUBLIC_CLIENT) {
    throw new AppError(
      "not_permitted",
      "This method is for browsers, with the public client id; from your server, call Evaluate.",
    );
  }
}

function endpoint(
  method: DescMethodUnary,
  handler: (request: never, context: RpcContext) => Promise<object>,
  { authenticate, log, metrics }: PipelineDeps,
): Endpoint {
  const validate: Validate = compileValidate(method.input);
  const name = method.name;
  const who = getOption(method, access);

  async function handle(info: CallInfo, read: () => Message | Promise<Message>): Promise<Message> {
    const caller = await authenticate(info.authorization);
    permit(who, caller);
    admitOrigin(info.foreignOrigin, caller);
    if (info.idempotencyKey !== undefined && !idempotencyKeyPattern.test(info.idempotencyKey)) {
      throw new AppError("invalid_field", "Idempotency-Key must have 1 to 255 visible ASCII characters.", {
        violations: [
          { field: "idempotency-key", description: "must have 1 to 255 visible ASCII characters" },
        ],
      });
    }
    const request = await read();
    validate(request);
    if (info.deadlineAt !== undefined && Date.now() >= info.deadlineAt) {
      throw new AppError("deadline_exceeded", "The deadline passed before the call was handled.");
    }
    const { idempotencyKey, clientAddress, deadlineAt } = info;
    const response = await handler(request as never, { caller, idempotencyKey, clientAddress, deadlineAt });
    return create(method.output, response as MessageInitShape<typeof method.output>);
  }

  return {
    method,
    async call(info, read) {
      const startedAt = performance.now();
      metrics.callBegan();
      const end = (outcome: "ok" | ErrorReason) => {
        const { protocol, requestId } = info;
        const ms = performance.now() - startedAt;
        metrics.callEnded({ method: name, protocol, outcome, seconds: ms / 1000 });
        return { outcome, protocol, ms: Math.round(ms * 10) / 10, request_id: requestId };
      };
      try {
        const response = await handle(info, read);
        log.info(end("ok"), name);
        return response;
      } catch (thrown) {
        const error = asAppError(thrown);
        const isFault = httpStatus(error) >= 500 && errorCodes[error.reason] !== "unimplemented";
        const facts = end(error.reason);
        if (isFault) log.error({ ...facts, err: error }, name);
        else log.info(facts, name);
        throw error;
      }
    },
  };
}

/** The headers that accompany every answer. */
export function answerHeaders(requestId: string, error?: AppError): Record<string, string> {
  return {
    "x-request-id": requestId,
    ...(error?.retryAfterSeconds === undefined ? {} : { "retry-after": String(error.retryAfterSeconds) }),
    ...(error?.code === "unauthenticated" ? { "www-authenticate": "Bearer" } : {}),
  };
}
