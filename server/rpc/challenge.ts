import type { MessageInitShape } from "@bufbuild/protobuf";
import type { ChallengeSchema, ChallengeService } from "../../gen/es/rupt/v2/challenge_service_pb.js";
import { type ChannelName, type Language, languages } from "../challenge/challenge.js";
import { AppError } from "../errors.js";
import type { ChallengeView, ReadChallenges } from "../service/challenges.js";
import type { CompleteChallenge } from "../service/complete-challenge.js";
import type { SendChallenge } from "../service/send-challenge.js";
import type { VerifyChallenge } from "../service/verify-challenge.js";
import type { Handlers, RpcContext } from "./context.js";
import { toTimestamp } from "./instants.js";
import { channelWords, languageWords, reasonWords, statusWords } from "./words.js";

/** A challenge as the wire has it. */
export function challengeMessage(view: ChallengeView): MessageInitShape<typeof ChallengeSchema> {
  return {
    challengeId: view.challengeId,
    status: statusWords.toWire(view.status),
    ...(view.user === undefined ? {} : { user: view.user }),
    ...(view.email === undefined ? {} : { email: view.email }),
    ...(view.phone === undefined ? {} : { phone: view.phone }),
    ...(view.channel === undefined ? {} : { channel: channelWords.toWire(view.channel) }),
    reasons: view.reasons.map((reason) => reasonWords.toWire(reason)),
    attemptsRemaining: view.attemptsRemaining,
    sendsRemaining: view.sendsRemaining,
    createdAt: toTimestamp(view.createdAt),
    expiresAt: toTimestamp(view.expiresAt),
    ...(view.verifiedAt === undefined ? {} : { verifiedAt: toTimestamp(view.verifiedAt) }),
    ...(view.completedAt === undefined ? {} : { completedAt: toTimestamp(view.completedAt) }),
    evaluationId: view.evaluationId,
  };
}

/** A client token is good for its own challenge only. */
function mayTouch(challengeId: string, { caller }: RpcContext): void {
  if (caller.clientToken !== undefined && caller.clientToken.challengeId !== challengeId) {
    throw new AppError("not_permitted", "This client token is for another challenge.");
  }
}

function channelOf(word: string | undefined): ChannelName | undefined {
  return word === "email" || word === "sms" ? word : undefined;
}

function languageOf(word: string | undefined): Language | undefined {
  return languages.find((language) => language === word);
}

/** What ChallengeService needs. */
export interface ChallengeHandlerDeps {
  readonly send: SendChallenge;
  readonly verify: VerifyChallenge;
  readonly complete: CompleteChallenge;
  readonly read: ReadChallenges;
}

/** ChallengeService over the domain. */
export function challengeHandlers({
  send,
  verify,
  complete,
  read,
}: ChallengeHandlerDeps): Handlers<typeof ChallengeService> {
  return {
    async sendChallenge(request, context) {
      const challengeId = request.challengeId.toLowerCase();
      mayTouch(challengeId, context);
      const sent = await send(context.caller.project, {
        challengeId,
        channel: channelOf(channelWords.toWord(request.channel)),
        language: languageOf(languageWords.toWord(request.language)),
      });
      return {
        success: true,
        challengeId: sent.challengeId,
        channel: channelWords.toWire(sent.channel),
        destination: sent.destination,
        expiresAt: toTimestamp(sent.expiresAt),
        resendAfterSeconds: sent.resendAfterSeconds,
      };
    },
    async verifyChallenge(request, context) {
      const challengeId = request.challengeId.toLowerCase();
      mayTouch(challengeId, context);
      const { success, status, attemptsRemaining } = await verify(context.caller.project, {
        challengeId,
        code: request.code,
      });
      return { success, status: statusWords.toWire(status), attemptsRemaining };
    },
    async completeChallenge({ challengeId }, { caller }) {
      await complete(caller.project, challengeId);
      return { success: true };
    },
    getChallenge: async ({ challengeId }, { caller }) => ({
      challenge: challengeMessage(await read.get(caller.project, challengeId)),
    }),
    async listChallenges({ page = 1, limit = 20 }, { caller }) {
      const { data, total } = await read.list(caller.project, { page, limit });
      return { data: data.map(challengeMessage), total };
    },
  };
}
