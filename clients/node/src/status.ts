import type { ErrorCode } from "./error.js";

/** The status numbers that gRPC and Connect share, from 1. */
const codes = [
  "canceled",
  "unknown",
  "invalid_argument",
  "deadline_exceeded",
  "not_found",
  "already_exists",
  "permission_denied",
  "resource_exhausted",
  "failed_precondition",
  "aborted",
  "out_of_range",
  "unimplemented",
  "internal",
  "unavailable",
  "data_loss",
  "unauthenticated",
] as const satisfies readonly ErrorCode[];

/** The word of a status number. */
export function codeOfStatus(status: number): ErrorCode {
  return codes[status - 1] ?? "unknown";
}

/** The reason of a failure that no Rupt server stated. */
export function reasonWithoutServer(
  code: ErrorCode,
): "timed_out" | "aborted" | "unreachable" | "unexpected_answer" {
  switch (code) {
    case "deadline_exceeded":
      return "timed_out";
    case "canceled":
      return "aborted";
    case "unavailable":
      return "unreachable";
    default:
      return "unexpected_answer";
  }
}

/** Whether a failure may pass by itself. A call without an idempotency key may have been handled all the same. */
export function mayPass(code: ErrorCode): boolean {
  return code === "unavailable" || code === "deadline_exceeded" || code === "aborted";
}

/** Whole seconds of the metadata key `retry_after_seconds`. */
export function secondsOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
