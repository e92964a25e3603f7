import type { ServiceError } from "@grpc/grpc-js";
import { BadRequest, ErrorInfo } from "../../../gen/grpc-js/google/rpc/error_details.js";
import { Status } from "../../../gen/grpc-js/google/rpc/status.js";
import { RuptError } from "./error.js";
import { codeOfStatus, mayPass, reasonWithoutServer, secondsOf } from "./status.js";

const typeUrl = (name: string) => `type.googleapis.com/google.rpc.${name}`;

function statusOf(error: ServiceError): Status | undefined {
  const [bytes] = error.metadata?.get("grpc-status-details-bin") ?? [];
  if (!Buffer.isBuffer(bytes)) return undefined;
  try {
    return Status.decode(bytes);
  } catch {
    return undefined;
  }
}

/** What a failed gRPC call says, as the same error that the REST client throws: code, reason, request id, offending fields. */
export function grpcErrorOf(error: ServiceError): RuptError {
  const code = codeOfStatus(error.code);
  const packed = statusOf(error)?.details ?? [];
  const info = packed.find((any) => any.typeUrl === typeUrl("ErrorInfo"));
  const fields = packed.find((any) => any.typeUrl === typeUrl("BadRequest"));
  const { reason, metadata } = info === undefined ? ErrorInfo.create() : ErrorInfo.decode(info.value);
  const requestId = error.metadata?.get("x-request-id")[0];
  return new RuptError({
    code,
    reason: reason === "" ? reasonWithoutServer(code) : reason,
    message: error.details,
    requestId: typeof requestId === "string" ? requestId : undefined,
    retryable: mayPass(code),
    retryAfterSeconds: secondsOf(metadata.retry_after_seconds),
    details:
      fields === undefined
        ? []
        : BadRequest.decode(fields.value).fieldViolations.map(({ field, description }) => ({
            field,
            description,
          })),
    cause: error,
  });
}
