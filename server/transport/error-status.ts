import { create, toBinary } from "@bufbuild/protobuf";
import { anyPack } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { BadRequestSchema, ErrorInfoSchema } from "../../gen/es/google/rpc/error_details_pb.js";
import { StatusSchema } from "../../gen/es/google/rpc/status_pb.js";
import type { AppError, ErrorCode, ErrorReason } from "../errors.js";

/** Each word with its number, which gRPC and Connect share, and its HTTP status. */
const codes = {
  invalid_argument: { number: Code.InvalidArgument, http: 400 },
  unauthenticated: { number: Code.Unauthenticated, http: 401 },
  permission_denied: { number: Code.PermissionDenied, http: 403 },
  not_found: { number: Code.NotFound, http: 404 },
  already_exists: { number: Code.AlreadyExists, http: 409 },
  failed_precondition: { number: Code.FailedPrecondition, http: 400 },
  resource_exhausted: { number: Code.ResourceExhausted, http: 429 },
  aborted: { number: Code.Aborted, http: 409 },
  deadline_exceeded: { number: Code.DeadlineExceeded, http: 504 },
  unimplemented: { number: Code.Unimplemented, http: 501 },
  unavailable: { number: Code.Unavailable, http: 503 },
  internal: { number: Code.Internal, http: 500 },
} as const satisfies Record<ErrorCode, { number: Code; http: number }>;

/** Reasons that HTTP has a status of its own for. */
const httpStatusOfReason: Partial<Record<ErrorReason, number>> = {
  body_too_large: 413,
  unsupported_media_type: 415,
  method_not_allowed: 405,
};

/** The number of an error's code, the same in gRPC and Connect. */
export function statusNumber(error: AppError): Code {
  return codes[error.code].number;
}

/** The HTTP status of an error. */
export function httpStatus(error: AppError): number {
  return httpStatusOfReason[error.reason] ?? codes[error.code].http;
}

function errorInfo(error: AppError) {
  return create(ErrorInfoSchema, { reason: error.reason, domain: "rupt", metadata: { ...error.metadata } });
}

function badRequest(error: AppError) {
  return create(BadRequestSchema, {
    fieldViolations: error.violations.map(({ field, description }) => ({ field, description })),
  });
}

/** The error as Connect and gRPC-Web carry it. */
export function toConnectError(error: AppError, headers: Readonly<Record<string, string>>): ConnectError {
  const result = new ConnectError(error.message, statusNumber(error), { ...headers });
  result.details = [
    { desc: ErrorInfoSchema, value: errorInfo(error) },
    ...(error.violations.length === 0 ? [] : [{ desc: BadRequestSchema, value: badRequest(error) }]),
  ];
  return result;
}

/** The error as gRPC carries it: `google.rpc.Status`, for the trailer `grpc-status-details-bin`. */
export function toStatusDetails(error: AppError): Buffer {
  const status = create(StatusSchema, {
    code: statusNumber(error),
    message: error.message,
    details: [
      anyPack(ErrorInfoSchema, errorInfo(error)),
      ...(error.violations.length === 0 ? [] : [anyPack(BadRequestSchema, badRequest(error))]),
    ],
  });
  return Buffer.from(toBinary(StatusSchema, status));
}
