/** What an error is, to a caller: Connect's word for the status. */
export type ErrorCode =
  | "invalid_argument"
  | "unauthenticated"
  | "permission_denied"
  | "not_found"
  | "already_exists"
  | "failed_precondition"
  | "resource_exhausted"
  | "aborted"
  | "deadline_exceeded"
  | "unimplemented"
  | "unavailable"
  | "internal";

/** Each reason a call can fail for, with its one status. The words are those of `error_reason.proto`. */
export const errorCodes = {
  missing_secret: "unauthenticated",
  wrong_secret: "unauthenticated",
  not_permitted: "permission_denied",
  invalid_field: "invalid_argument",
  malformed_body: "invalid_argument",
  body_too_large: "resource_exhausted",
  unsupported_media_type: "invalid_argument",
  unknown_path: "not_found",
  method_not_allowed: "unimplemented",
  evaluation_not_found: "not_found",
  challenge_not_found: "not_found",
  user_not_found: "not_found",
  device_not_found: "not_found",
  no_contact: "failed_precondition",
  channel_unavailable: "failed_precondition",
  resend_too_soon: "resource_exhausted",
  sends_exhausted: "resource_exhausted",
  challenge_not_verified: "failed_precondition",
  challenge_already_verified: "failed_precondition",
  challenge_expired: "failed_precondition",
  challenge_exhausted: "failed_precondition",
  challenge_superseded: "failed_precondition",
  user_paused: "resource_exhausted",
  delivery_failed: "unavailable",
  idempotency_conflict: "already_exists",
  event_time_not_accepted: "failed_precondition",
  policy_not_found: "not_found",
  invalid_policy: "invalid_argument",
  policy_tests_failed: "failed_precondition",
  nothing_to_roll_back: "failed_precondition",
  list_entry_not_found: "not_found",
  limit_reached: "failed_precondition",
  database_unavailable: "unavailable",
  conflict: "aborted",
  deadline_exceeded: "deadline_exceeded",
  unimplemented: "unimplemented",
  evaluation_consumed: "already_exists",
  evaluation_expired: "failed_precondition",
  evaluation_mismatch: "failed_precondition",
  too_many_evaluations: "resource_exhausted",
  origin_not_allowed: "permission_denied",
  wrong_proof: "permission_denied",
  shutting_down: "unavailable",
  overloaded: "resource_exhausted",
  message_budget: "resource_exhausted",
  internal: "internal",
} as const satisfies Record<string, ErrorCode>;

/** Why a call failed, for programs. */
export type ErrorReason = keyof typeof errorCodes;

/** One offending field of a request. */
export interface FieldViolation {
  /** Path of the field in the proto's spelling, such as `fingerprint[2]`. */
  readonly field: string;
  /** What was expected. */
  readonly description: string;
}

/** What an `AppError` may carry besides reason and message. */
export interface AppErrorOptions {
  /** The offending fields. */
  readonly violations?: readonly FieldViolation[];
  /** After how many whole seconds the call may be repeated. */
  readonly retryAfterSeconds?: number;
  /** Further facts for programs; the keys are documented at the reason in `error_reason.proto`. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** What caused it; goes to the log, never to the caller. */
  readonly cause?: unknown;
}

/** A failure that a caller may see. Its message is one English sentence with the remedy and holds no secret, contact or fingerprint. */
export class AppError extends Error {
  override readonly name = "AppError";
  readonly reason: ErrorReason;
  readonly violations: readonly FieldViolation[];
  readonly retryAfterSeconds: number | undefined;
  readonly metadata: Readonly<Record<string, string>>;

  constructor(reason: ErrorReason, message: string, options: AppErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.reason = reason;
    this.violations = options.violations ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.metadata =
      options.retryAfterSeconds === undefined
        ? (options.metadata ?? {})
        : { ...options.metadata, retry_after_seconds: String(options.retryAfterSeconds) };
  }

  /** Connect's word for the status. */
  get code(): ErrorCode {
    return errorCodes[this.reason];
  }
}

/** The error of one or more fields that break their limits. */
export function invalidFields(violations: readonly FieldViolation[]): AppError {
  const first = violations[0];
  const message = first === undefined ? "The request is invalid." : `${first.field}: ${first.description}.`;
  const more = violations.length > 1 ? ` And ${violations.length - 1} more, see the details.` : "";
  return new AppError("invalid_field", message + more, { violations });
}

/** The service cannot start or run a command. The message names the cause and the remedy, is meant for the operator, and holds no secret. */
export class StartError extends Error {
  override readonly name = "StartError";
}
