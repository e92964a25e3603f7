import { createHash } from "node:crypto";
import { type JsonObject, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
  type EvaluateRequest,
  EvaluateRequestSchema,
  type EvaluateResponse,
  type EvaluationSchema,
  type EvaluationService,
} from "../../gen/es/rupt/v2/evaluation_service_pb.js";
import { Outcome, type Signal as SignalMessage } from "../../gen/es/rupt/v2/risk_pb.js";
import { userOf } from "../challenge/user-key.js";
import { parseFingerprint } from "../device/fingerprint.js";
import { type FieldViolation, invalidFields } from "../errors.js";
import { feedbackLabels } from "../risk/feedback.js";
import { parseIpAddress } from "../risk/ip-address.js";
import type { Signal } from "../risk/words.js";
import type { Attempt, Evaluate, Evaluated } from "../service/evaluate.js";
import type { Evaluation, ReadEvaluations } from "../service/evaluations.js";
import type { GiveFeedback } from "../service/feedback.js";
import type { Handlers, RpcContext } from "./context.js";
import { toInstant, toTimestamp } from "./instants.js";
import { directionWords, feedbackWords, outcomeWords, reasonWords, verdictWords } from "./words.js";

/** An absent string field is an empty one on the wire. */
const given = (text: string): string | undefined => (text === "" ? undefined : text);

/** Parses a request into what is judged. Throws `invalid_field`. */
export function parseAttempt(
  request: EvaluateRequest,
  { idempotencyKey, deadlineAt }: Pick<RpcContext, "idempotencyKey" | "deadlineAt">,
): Attempt {
  const violations: FieldViolation[] = [];
  const ip = request.ip === "" ? undefined : parseIpAddress(request.ip);
  if (request.ip !== "" && ip === undefined) {
    violations.push({ field: "ip", description: "must be an IPv4 or IPv6 address" });
  }
  const email = given(request.email);
  if (request.user === "" && (request.action !== "signup" || email === undefined)) {
    violations.push({
      field: "user",
      description: "is required, unless action is signup and email is given",
    });
  }
  if (violations.length > 0) throw invalidFields(violations);
  return {
    action: request.action,
    user: given(request.user),
    fingerprint: parseFingerprint(request.fingerprint, given(request.lastFingerprint)),
    deviceToken: given(request.deviceToken),
    ip,
    email,
    phone: given(request.phone),
    metadataJson: request.metadata === undefined ? undefined : JSON.stringify(request.metadata),
    userAgent: given(request.userAgent),
    occurredAt: request.occurredAt === undefined ? undefined : toInstant(request.occurredAt),
    outcome: request.outcome === Outcome.FAILED ? "failed" : "succeeded",
    deadlineAt,
    idempotency:
      idempotencyKey === undefined
        ? undefined
        : {
            key: idempotencyKey,
            requestHash: createHash("sha256").update(toBinary(EvaluateRequestSchema, request)).digest(),
          },
  };
}

/** The whole message, for what is one already is not made anew. */
function signalMessage({ reason, direction, weight, evidence, message, userMessage }: Signal): SignalMessage {
  return {
    $typeName: "rupt.v2.Signal",
    reason: reasonWords.toWire(reason),
    direction: directionWords.toWire(direction),
    weight,
    evidence: evidence as JsonObject,
    message,
    userMessage,
  };
}

/** What an evaluation and the answer to Evaluate have in common; optional fields are absent where they say nothing. */
function judgement(evaluation: Evaluation) {
  const { deviceId, confidence, challengeId, metadataJson } = evaluation;
  return {
    evaluationId: evaluation.evaluationId,
    verdict: verdictWords.toWire(evaluation.verdict),
    reasons: evaluation.reasons.map((reason) => reasonWords.toWire(reason)),
    score: evaluation.score,
    signals: evaluation.signals.map(signalMessage),
    restrictions: [...evaluation.restrictions],
    ...(deviceId === undefined ? {} : { fingerprintId: deviceId }),
    ...(confidence === undefined ? {} : { confidence }),
    ...(challengeId === undefined ? {} : { challengeId }),
    ...(metadataJson === undefined ? {} : { metadata: JSON.parse(metadataJson) as JsonObject }),
  };
}

/** A judgement as Evaluate answers it. */
export function evaluateResponse({
  evaluation,
  clientToken,
  challengeUrl,
  deviceToken,
}: Evaluated): EvaluateResponse {
  return {
    $typeName: "rupt.v2.EvaluateResponse",
    ...judgement(evaluation),
    ...(clientToken === undefined ? {} : { clientToken }),
    ...(challengeUrl === undefined ? {} : { challengeUrl }),
    ...(deviceToken === undefined ? {} : { deviceToken }),
  };
}

/** A stored evaluation as the wire has it. */
export function evaluationMessage(evaluation: Evaluation): MessageInitShape<typeof EvaluationSchema> {
  const { at, ip, country, network } = evaluation.trace.facts.observation;
  const user = userOf(evaluation.userKey);
  return {
    ...judgement(evaluation),
    ...(user === undefined ? {} : { user }),
    ...(ip === undefined ? {} : { ip }),
    ...(country === undefined ? {} : { country }),
    ...(network === undefined ? {} : { asn: network.asn }),
    createdAt: toTimestamp(evaluation.createdAt),
    occurredAt: toTimestamp(at),
    policyVersion: evaluation.policyVersion,
    action: evaluation.action,
    outcome: outcomeWords.toWire(evaluation.outcome),
  };
}

/** EvaluationService over the domain. */
export function evaluationHandlers(
  evaluate: Evaluate,
  read: ReadEvaluations,
  giveFeedback: GiveFeedback,
): Handlers<typeof EvaluationService> {
  return {
    evaluate: async (request, context) =>
      evaluateResponse(await evaluate(context.caller.project, parseAttempt(request, context))),
    getEvaluation: async ({ evaluationId }, { caller }) => ({
      evaluation: evaluationMessage(await read.get(caller.project, evaluationId)),
    }),
    async reportEvaluation({ evaluationId, feedback }, { caller }) {
      const label = feedbackLabels.find((word) => word === feedbackWords.toWord(feedback));
      if (label === undefined) {
        throw invalidFields([{ field: "feedback", description: "must be owner or attacker" }]);
      }
      await giveFeedback(caller.project, { evaluationId: evaluationId.toLowerCase(), label });
      return { success: true };
    },
    async listEvaluations({ page = 1, limit = 20, user }, { caller }) {
      const { data, total } = await read.list(caller.project, { page, limit, user: given(user) });
      return { data: data.map(evaluationMessage), total };
    },
  };
}
