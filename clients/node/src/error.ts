import type { ServerReason } from "./words.js";

/** The kind of failure, in the words that gRPC and Connect use. */
export type ErrorCode =
  | "canceled"
  | "unknown"
  | "invalid_argument"
  | "deadline_exceeded"
  | "not_found"
  | "already_exists"
  | "permission_denied"
  | "resource_exhausted"
  | "failed_precondition"
  | "aborted"
  | "out_of_range"
  | "unimplemented"
  | "internal"
  | "unavailable"
  | "data_loss"
  | "unauthenticated";

/** Why a call failed on this side, before or after the server saw it. */
export type ClientReason =
  /** The service could not be reached. */
  | "unreachable"
  /** No answer within `timeoutMs`. */
  | "timed_out"
  /** Your `signal` was aborted. */
  | "aborted"
  /** Something answered that is not Rupt, or a Rupt whose answer this SDK does not understand. */
  | "unexpected_answer"
  /** An option, or an argument, cannot be. */
  | "invalid_use";

/** A field that broke its limits. */
export interface FieldViolation {
  /** Path of the field, such as `fingerprint[2]`. */
  readonly field: string;
  /** What was expected. */
  readonly description: string;
}

/** What a `RuptError` is made of. */
export interface RuptErrorInit {
  readonly code: ErrorCode;
  readonly reason: ServerReason | ClientReason | (string & {});
  readonly message: string;
  readonly requestId?: string | undefined;
  readonly retryable?: boolean;
  readonly retryAfterSeconds?: number | undefined;
  readonly details?: readonly FieldViolation[];
  readonly cause?: unknown;
}

/** The one error that this SDK throws. Its message holds no secret, contact or fingerprint. */
export class RuptError extends Error {
  override readonly name = "RuptError";
  /** The kind of failure. */
  readonly code: ErrorCode;
  /** The cause, for programs: a word of the server's, or of this SDK's own `ClientReason`. */
  readonly reason: ServerReason | ClientReason | (string & {});
  /** Id of the call in the server's log; undefined when no server answered. */
  readonly requestId: string | undefined;
  /** Whether the same call, made again later, may succeed and does no harm. The SDK's own retries are over by then. */
  readonly retryable: boolean;
  /** How many seconds to wait before that, where the server said so. */
  readonly retryAfterSeconds: number | undefined;
  /** The fields that broke their limits; empty when it was not about fields. */
  readonly details: readonly FieldViolation[];

  constructor(init: RuptErrorInit) {
    super(init.message, { cause: init.cause });
    this.code = init.code;
    this.reason = init.reason;
    this.requestId = init.requestId;
    this.retryable = init.retryable ?? false;
    this.retryAfterSeconds = init.retryAfterSeconds;
    this.details = init.details ?? [];
  }
}

/** The error of an option or argument that cannot be; nothing was sent. */
export function invalidUse(field: string, description: string, cause?: unknown): RuptError {
  return new RuptError({
    code: "invalid_argument",
    reason: "invalid_use",
    message: `${field} ${description}`,
    details: [{ field, description }],
    cause,
  });
}
