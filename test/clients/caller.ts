import { type DescMethod, fromBinary, fromJson, getOption, type JsonValue, toJson } from "@bufbuild/protobuf";
import { base64Decode } from "@bufbuild/protobuf/wire";
import { Code } from "@connectrpc/connect";
import { http } from "../../gen/es/google/api/annotations_pb.js";
import { BadRequestSchema, ErrorInfoSchema } from "../../gen/es/google/rpc/error_details_pb.js";
import { compileJsonReader } from "../../server/transport/rest/json-reader.js";
import { compileJsonWriter } from "../../server/transport/rest/json-writer.js";

/** REST JSON, of a request or an answer. */
export type Json = Record<string, unknown>;

/** One client over one protocol. Takes and answers REST JSON, whatever travels: answers of all callers can be compared. */
export interface Caller {
  /** Such as `Go`. */
  readonly client: string;
  /** Such as `gRPC, TLS`. */
  readonly protocol: string;
  /** What it has methods for: every RPC, or those of a login. */
  readonly offers: "everything" | "the flow";
  /** Answers the body that REST has, of an error without its request id. */
  call(method: DescMethod, request: Json, secret: string): Promise<Json>;
  close(): void | Promise<void>;
}

/** `rupt.v2.EvaluationService/Evaluate` */
export function pathOf(method: DescMethod): string {
  return `${method.parent.typeName}/${method.name}`;
}

/** A REST request in the JSON of the protos. */
export function toProtoJson(method: DescMethod, request: Json): JsonValue {
  return toJson(method.input, compileJsonReader(method.input)(request));
}

/** An answer in the JSON of the protos as REST has it. */
export function fromProtoJson(method: DescMethod, response: JsonValue): Json {
  const answer = compileJsonWriter(method.output)(fromJson(method.output, response)) as Json;
  const { responseBody } = getOption(method, http);
  return responseBody === "" ? answer : (answer[responseBody] as Json);
}

/** An error as REST has it. */
export function errorOf(code: string, message: string, reason: string, violations: readonly Json[]): Json {
  return { code, message, reason, details: violations };
}

/** Connect's word for a status number. */
export function codeWord(code: number): string {
  return (Code[code] ?? "unknown").replace(/(?<!^)[A-Z]/g, (capital) => `_${capital}`).toLowerCase();
}

/** An error whose details are `{type, value}` with the bytes in base64, as Connect has it, as REST has it. */
export function fromConnectError(error: {
  readonly code: string;
  readonly message: string;
  readonly details?: readonly { readonly type: string; readonly value: string }[];
}): Json {
  let reason = "";
  let violations: readonly Json[] = [];
  for (const { type, value } of error.details ?? []) {
    if (type === ErrorInfoSchema.typeName) reason = fromBinary(ErrorInfoSchema, base64Decode(value)).reason;
    if (type === BadRequestSchema.typeName) {
      const { fieldViolations } = fromBinary(BadRequestSchema, base64Decode(value));
      violations = fieldViolations.map(({ field, description }) => ({ field, description }));
    }
  }
  return errorOf(error.code, error.message, reason, violations);
}
