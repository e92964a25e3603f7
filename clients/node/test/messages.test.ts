import { describe, expectTypeOf, test } from "vitest";
import type * as challenges from "../../../gen/grpc-js/rupt/v2/challenge_service.js";
import type * as evaluations from "../../../gen/grpc-js/rupt/v2/evaluation_service.js";
import type * as risk from "../../../gen/grpc-js/rupt/v2/risk.js";
import type {
  Challenge,
  EvaluateRequest,
  EvaluateResponse,
  SendChallengeCodeResponse,
  Signal,
  VerifyChallengeCodeResponse,
} from "../src/index.js";

type Snake<S extends string> = S extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `_${Lowercase<First>}`}${Snake<Rest>}`
  : S;
/** The fields of a generated message, as REST JSON names them. */
type FieldsOf<Message> = Snake<keyof Message & string>;
type KeysOf<Union> = Union extends unknown ? keyof Union : never;

// Checked by the compiler. When one fails, a field of the protos is missing in `src/messages.ts`, or one there is in no proto.
describe("the SDK's types have the fields of the protos", () => {
  test("messages", () => {
    expectTypeOf<KeysOf<EvaluateRequest>>().toEqualTypeOf<FieldsOf<evaluations.EvaluateRequest>>();
    expectTypeOf<Exclude<KeysOf<EvaluateResponse>, "unavailable">>().toEqualTypeOf<
      FieldsOf<evaluations.EvaluateResponse>
    >();
    expectTypeOf<KeysOf<Signal>>().toEqualTypeOf<FieldsOf<risk.Signal>>();
    expectTypeOf<KeysOf<Challenge>>().toEqualTypeOf<FieldsOf<challenges.Challenge>>();
    expectTypeOf<KeysOf<SendChallengeCodeResponse>>().toEqualTypeOf<
      FieldsOf<challenges.SendChallengeResponse>
    >();
    expectTypeOf<KeysOf<VerifyChallengeCodeResponse>>().toEqualTypeOf<
      FieldsOf<challenges.VerifyChallengeResponse>
    >();
  });
});
