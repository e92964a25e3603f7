export { type ClientReason, type ErrorCode, type FieldViolation, RuptError } from "./error.js";
export type {
  Challenge,
  CompleteChallengeRequest,
  CompleteChallengeResponse,
  ConsumeEvaluationRequest,
  Delivery,
  EvaluateRequest,
  EvaluateResponse,
  GetChallengesRequest,
  GetChallengesResponse,
  SendChallengeCodeRequest,
  SendChallengeCodeResponse,
  Signal,
  UnavailableResponse,
  VerifyChallengeCodeRequest,
  VerifyChallengeCodeResponse,
} from "./messages.js";
export type { OnUnavailable, RuptOptions } from "./options.js";
export { type CallOptions, type EvaluateOptions, Rupt, Rupt as default } from "./rupt.js";
export type {
  ChallengeStatus,
  Channel,
  DeliveryStatus,
  Direction,
  Language,
  Outcome,
  Reason,
  ServerReason,
  Verdict,
} from "./words.js";
