import { describe, expect, test } from "vitest";
import { ErrorReasonSchema } from "../../gen/es/rupt/v2/error_reason_pb.js";
import { AppError, errorCodes, invalidFields } from "../../server/errors.js";
import { httpStatus, statusNumber, toStatusDetails } from "../../server/transport/error-status.js";

describe("reasons", () => {
  test("those of the server and those of the proto are the same words", () => {
    const prefix = ErrorReasonSchema.sharedPrefix ?? "";
    const words = ErrorReasonSchema.values
      .filter(({ number }) => number !== 0)
      .map(({ name }) => name.slice(prefix.length).toLowerCase());
    expect(Object.keys(errorCodes).filter((reason) => !words.includes(reason))).toEqual([]);
  });

  test.each([
    ["missing_secret", 401, 16],
    ["not_permitted", 403, 7],
    ["invalid_field", 400, 3],
    ["body_too_large", 413, 8],
    ["unsupported_media_type", 415, 3],
    ["unknown_path", 404, 5],
    ["method_not_allowed", 405, 12],
    ["resend_too_soon", 429, 8],
    ["challenge_expired", 400, 9],
    ["idempotency_conflict", 409, 6],
    ["conflict", 409, 10],
    ["database_unavailable", 503, 14],
    ["deadline_exceeded", 504, 4],
    ["internal", 500, 13],
  ] as const)("%s is HTTP %i and gRPC %i", (reason, http, number) => {
    const error = new AppError(reason, "A sentence.");
    expect([httpStatus(error), statusNumber(error)]).toEqual([http, number]);
  });
});

test("a cause stays on the server", () => {
  const error = new AppError("internal", "A sentence.", { cause: new Error("select secret from vault") });
  expect(toStatusDetails(error).toString("latin1")).not.toContain("vault");
});

test("the time to wait is told to programs, too", () => {
  const error = new AppError("resend_too_soon", "Wait.", { retryAfterSeconds: 7 });
  expect(error.metadata).toEqual({ retry_after_seconds: "7" });
});

test("of many faults the first is the message, and all are details", () => {
  const error = invalidFields([
    { field: "user", description: "is required" },
    { field: "ip", description: "must be an address" },
  ]);
  expect(error.message).toBe("user: is required. And 1 more, see the details.");
  expect(error.violations).toHaveLength(2);
});
