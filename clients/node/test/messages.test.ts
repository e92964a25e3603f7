import { expectTypeOf, test } from "vitest";
import type * as browser from "../../../gen/grpc-js/rupt/v2/browser_service.js";
import type * as challenges from "../../../gen/grpc-js/rupt/v2/challenge_service.js";
import type * as evaluations from "../../../gen/grpc-js/rupt/v2/evaluation_service.js";
import type * as risk from "../../../gen/grpc-js/rupt/v2/risk.js";
import type {
  Challenge,
  CompleteChallengeRequest,
  CompleteChallengeResponse,
  ConsumeEvaluationRequest,
  Delivery,
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

/** Refused by the compiler, with their names, when there are any. */
type None<Fields extends never> = Fields;

// Checked by the compiler. A name in its complaint is a field of the protos that `src/messages.ts` does not have.
test("the SDK's types have the fields of the protos", () => {
  expectTypeOf<None<Exclude<FieldsOf<evaluations.EvaluateRequest>, KeysOf<EvaluateRequest>>>>().toBeNever();
  expectTypeOf<None<Exclude<FieldsOf<evaluations.EvaluateResponse>, KeysOf<EvaluateResponse>>>>().toBeNever();
  expectTypeOf<
    None<
      Exclude<FieldsOf<browser.ConsumeEvaluationRequest>, KeysOf<ConsumeEvaluationRequest> | "evaluation_id">
    >
  >().toBeNever();
  expectTypeOf<
    None<
      Exclude<
        FieldsOf<challenges.CompleteChallengeRequest>,
        KeysOf<CompleteChallengeRequest> | "challenge_id"
      >
    >
  >().toBeNever();
  expectTypeOf<
    None<Exclude<FieldsOf<challenges.CompleteChallengeResponse>, KeysOf<CompleteChallengeResponse>>>
  >().toBeNever();
  expectTypeOf<None<Exclude<FieldsOf<risk.Signal>, KeysOf<Signal>>>>().toBeNever();
  expectTypeOf<None<Exclude<FieldsOf<challenges.Challenge>, KeysOf<Challenge>>>>().toBeNever();
  expectTypeOf<None<Exclude<FieldsOf<challenges.Delivery>, KeysOf<Delivery>>>>().toBeNever();
  expectTypeOf<
    None<Exclude<FieldsOf<challenges.SendChallengeResponse>, KeysOf<SendChallengeCodeResponse>>>
  >().toBeNever();
  expectTypeOf<
    None<Exclude<FieldsOf<challenges.VerifyChallengeResponse>, KeysOf<VerifyChallengeCodeResponse>>>
  >().toBeNever();
});

// And the other way round: a name here is in no proto.
test("and no others", () => {
  type Ours = Exclude<KeysOf<EvaluateResponse>, "unavailable">;
  expectTypeOf<None<Exclude<KeysOf<EvaluateRequest>, FieldsOf<evaluations.EvaluateRequest>>>>().toBeNever();
  expectTypeOf<None<Exclude<Ours, FieldsOf<evaluations.EvaluateResponse>>>>().toBeNever();
  expectTypeOf<None<Exclude<KeysOf<Challenge>, FieldsOf<challenges.Challenge>>>>().toBeNever();
});
