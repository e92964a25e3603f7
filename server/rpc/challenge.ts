import type { MessageInitShape } from "@bufbuild/protobuf";
import type {
  ChallengeSchema,
  ChallengeService,
  DeliverySchema,
  DescribeChallengeResponseSchema,
} from "../../gen/es/rupt/v2/challenge_service_pb.js";
import { type ChannelName, type Language, languages } from "../challenge/challenge.js";
import type { ChallengeView, ReadChallenges } from "../service/challenges.js";
import type { ClientTokenGuard, TokenUse } from "../service/client-token-guard.js";
import type { CompleteChallenge } from "../service/complete-challenge.js";
import type { DescribeChallenge, DescribedChallenge } from "../service/describe-challenge.js";
import type { SendChallenge } from "../service/send-challenge.js";
import type { VerifyChallenge } from "../service/verify-challenge.js";
import type { Delivery } from "../store/challenge-store.js";
import type { Handlers, RpcContext } from "./context.js";
import { toTimestamp } from "./instants.js";
import { channelWords, deliveryWords, languageWords, reasonWords, statusWords } from "./words.js";

function deliveryMessage(delivery: Delivery): MessageInitShape<typeof DeliverySchema> {
  return {
    channel: channelWords.toWire(delivery.channel),
    status: deliveryWords.toWire(delivery.status),
    ...(delivery.provider === undefined ? {} : { provider: delivery.provider }),
    ...(delivery.errorCode === undefined ? {} : { errorCode: delivery.errorCode }),
    updatedAt: toTimestamp(delivery.updatedAt),
  };
}

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
    ...(view.delivery === undefined ? {} : { delivery: deliveryMessage(view.delivery) }),
  };
}

function describedMessage(
  described: DescribedChallenge,
): MessageInitShape<typeof DescribeChallengeResponseSchema> {
  const { channel, returnUrl } = described;
  return {
    challengeId: described.challengeId,
    status: statusWords.toWire(described.status),
    brand: described.brand,
    destinations: described.destinations.map((destination) => ({
      channel: channelWords.toWire(destination.channel),
      contact: destination.contact,
    })),
    ...(channel === undefined ? {} : { channel: channelWords.toWire(channel) }),
    attemptsRemaining: described.attemptsRemaining,
    sendsRemaining: described.sendsRemaining,
    expiresInSeconds: described.expiresInSeconds,
    resendAfterSeconds: described.resendAfterSeconds,
    ...(returnUrl === undefined ? {} : { returnUrl }),
  };
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
  readonly describe: DescribeChallenge;
  readonly complete: CompleteChallenge;
  readonly read: ReadChallenges;
  readonly guard: ClientTokenGuard;
}

/** ChallengeService over the domain. */
export function challengeHandlers({
  send,
  verify,
  describe,
  complete,
  read,
  guard,
}: ChallengeHandlerDeps): Handlers<typeof ChallengeService> {
  const admit = async ({ caller: { clientToken } }: RpcContext, challengeId: string, use: TokenUse) => {
    if (clientToken !== undefined) await guard(clientToken, challengeId, use);
  };
  return {
    async sendChallenge(request, context) {
      const challengeId = request.challengeId.toLowerCase();
      await admit(context, challengeId, "act");
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
      await admit(context, challengeId, "act");
      const { success, status, attemptsRemaining, proof } = await verify(context.caller.project, {
        challengeId,
        code: request.code,
        fromBrowser: context.caller.clientToken !== undefined,
        deadlineAt: context.deadlineAt,
      });
      return {
        success,
        status: statusWords.toWire(status),
        attemptsRemaining,
        ...(proof === undefined ? {} : { proof }),
      };
    },
    async describeChallenge(request, context) {
      const challengeId = request.challengeId.toLowerCase();
      await admit(context, challengeId, "describe");
      return describedMessage(await describe(context.caller.project, challengeId));
    },
    async completeChallenge({ challengeId, proof }, { caller }) {
      const first = await complete(caller.project, challengeId.toLowerCase(), proof);
      return { success: true, ...(proof === undefined ? {} : { first }) };
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
