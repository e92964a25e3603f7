import {
  type EvaluateRequest,
  EvaluateRequestSchema,
} from "../../../gen/es/rupt/v2/evaluation_service_pb.js";
import { compileValidate } from "../validate.js";
import { compileJsonReader } from "./json-reader.js";

const read = compileJsonReader(EvaluateRequestSchema);
const validate = compileValidate(EvaluateRequestSchema);

/** Reads an object as `POST /v2/devices/evaluate` reads its body, within the same limits. Throws `invalid_field`. */
export function readEvaluateBody(object: Readonly<Record<string, unknown>>): EvaluateRequest {
  const message = read(object) as EvaluateRequest;
  validate(message);
  return message;
}
