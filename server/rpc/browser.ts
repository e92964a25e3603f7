import { createHash } from "node:crypto";
import { toBinary } from "@bufbuild/protobuf";
import {
  type BrowserService,
  type ConsumeEvaluationRequest,
  ConsumeEvaluationRequestSchema,
} from "../../gen/es/rupt/v2/browser_service_pb.js";
import { Outcome } from "../../gen/es/rupt/v2/risk_pb.js";
import { invalidFields } from "../errors.js";
import { parseIpAddress } from "../risk/ip-address.js";
import type { BrowserEvaluations, ServerPart } from "../service/browser-evaluations.js";
import type { Handlers, RpcContext } from "./context.js";
import { evaluateResponse } from "./evaluation.js";
import { toTimestamp } from "./instants.js";

/** An absent string field is an empty one on the wire. */
const given = (text: string): string | undefined => (text === "" ? undefined : text);

function parseServerPart(
  request: ConsumeEvaluationRequest,
  { idempotencyKey, deadlineAt }: RpcContext,
): ServerPart {
  const ip = request.ip === "" ? undefined : parseIpAddress(request.ip);
  if (request.ip !== "" && ip === undefined) {
    throw invalidFields([{ field: "ip", description: "must be an IPv4 or IPv6 address" }]);
  }
  const bytes = toBinary(ConsumeEvaluationRequestSchema, request);
  return {
    evaluationId: request.evaluationId.toLowerCase(),
    action: request.action,
    user: given(request.user),
    email: given(request.email),
    phone: given(request.phone),
    ip,
    metadataJson: request.metadata === undefined ? undefined : JSON.stringify(request.metadata),
    outcome: request.outcome === Outcome.FAILED ? "failed" : "succeeded",
    deviceToken: given(request.deviceToken),
    deadlineAt,
    repeatable:
      idempotencyKey === undefined
        ? undefined
        : { key: idempotencyKey, requestHash: createHash("sha256").update(bytes).digest() },
  };
}

/** BrowserService over the domain. */
export function browserHandlers({ handIn, consume }: BrowserEvaluations): Handlers<typeof BrowserService> {
  return {
    async evaluateInBrowser(request, { caller, clientAddress }) {
      const { evaluationId, expiresAt, challengeUrl } = await handIn(
        caller.project,
        {
          action: request.action,
          user: given(request.user),
          fingerprint: request.fingerprint,
          lastFingerprint: given(request.lastFingerprint),
          userAgent: given(request.userAgent),
        },
        { clientAddress, challengePage: request.challengePage },
      );
      return {
        evaluationId,
        expiresAt: toTimestamp(expiresAt),
        ...(challengeUrl === undefined ? {} : { challengeUrl }),
      };
    },
    consumeEvaluation: async (request, context) => ({
      evaluation: evaluateResponse(await consume(context.caller.project, parseServerPart(request, context))),
    }),
  };
}
