import { ConnectError } from "@connectrpc/connect";
import { BadRequestSchema, ErrorInfoSchema } from "../../../gen/es/google/rpc/error_details_pb.js";
import { RuptError } from "./error.js";
import { codeOfStatus, mayPass, reasonWithoutServer, secondsOf } from "./status.js";

/** What a failed Connect call says, as the same error that the REST client throws: code, reason, request id, offending fields. */
export function connectErrorOf(thrown: unknown): RuptError {
  const error = ConnectError.from(thrown);
  const code = codeOfStatus(error.code);
  const [info] = error.findDetails(ErrorInfoSchema);
  const [fields] = error.findDetails(BadRequestSchema);
  return new RuptError({
    code,
    reason: info?.reason ?? reasonWithoutServer(code),
    message: error.rawMessage,
    requestId: error.metadata.get("x-request-id") ?? undefined,
    retryable: mayPass(code),
    retryAfterSeconds: secondsOf(info?.metadata.retry_after_seconds),
    details: (fields?.fieldViolations ?? []).map(({ field, description }) => ({ field, description })),
    cause: thrown,
  });
}
