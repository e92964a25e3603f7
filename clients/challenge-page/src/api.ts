import { ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-web";
import { ErrorInfoSchema } from "../../../gen/es/google/rpc/error_details_pb.js";
import {
  ChallengeService,
  ChallengeStatus as ChallengeStatusEnum,
  Channel as ChannelEnum,
  type DescribeChallengeResponse,
  Language,
} from "../../../gen/es/rupt/v2/challenge_service_pb.js";
import type { Channel, Described } from "./described.js";
import { keepProof, readProof, type Ticket } from "./token.js";
import type { PageLanguage } from "./wordings.js";

/** Why a call failed, as far as the page tells failures apart. */
export interface Failure {
  /** The word of `error_reason.proto`, or `unreachable` when no answer of the server came. */
  readonly reason: string;
  /** After how many seconds it may be tried again, where the server said so. */
  readonly retryAfterSeconds: number | undefined;
}

/** The three calls that a client token may make, over Connect. They throw what `failureOf` reads. */
export interface Api {
  /** Its `returnUrl` holds the proof, once the right code was entered in this tab. */
  describe(): Promise<Described>;
  /** Resolves when the provider has taken the message. */
  send(channel: Channel | undefined): Promise<void>;
  /** Whether the code was right. */
  verify(code: string): Promise<boolean>;
}

const languages = {
  en: Language.EN,
  fr: Language.FR,
  es: Language.ES,
  ar: Language.AR,
} as const satisfies Record<PageLanguage, Language>;

const channels = {
  email: ChannelEnum.EMAIL,
  sms: ChannelEnum.SMS,
} as const satisfies Record<Channel, ChannelEnum>;

/** Undefined for none, and for one that is newer than the page. */
function channelOf(value: ChannelEnum): Channel | undefined {
  switch (value) {
    case ChannelEnum.EMAIL:
      return "email";
    case ChannelEnum.SMS:
      return "sms";
    default:
      return undefined;
  }
}

/** A destination of a channel that the page does not know is left out. */
function describedBy(answer: DescribeChallengeResponse): Described {
  return {
    status: ChallengeStatusEnum[answer.status]?.toLowerCase() ?? "",
    brand: answer.brand,
    destinations: answer.destinations.flatMap(({ channel: value, contact }) => {
      const channel = channelOf(value);
      return channel === undefined ? [] : [{ channel, contact }];
    }),
    channel: channelOf(answer.channel),
    attemptsRemaining: answer.attemptsRemaining,
    sendsRemaining: answer.sendsRemaining,
    expiresInSeconds: answer.expiresInSeconds,
    resendAfterSeconds: answer.resendAfterSeconds,
    returnUrl: answer.returnUrl || undefined,
  };
}

/** Providers may take long to accept a message. */
const timeoutMs = 30_000;

/** Opens the API for one challenge. */
export function openApi({ challengeId, token, baseUrl }: Ticket, language: PageLanguage): Api {
  const client = createClient(
    ChallengeService,
    createConnectTransport({ baseUrl, useBinaryFormat: true, defaultTimeoutMs: timeoutMs }),
  );
  const options = { headers: { authorization: `Bearer ${token}` } };
  return {
    async describe() {
      const described = describedBy(await client.describeChallenge({ challengeId }, options));
      const proof = readProof(challengeId);
      return described.returnUrl === undefined || proof === undefined
        ? described
        : { ...described, returnUrl: `${described.returnUrl}&proof=${proof}` };
    },
    async send(channel) {
      await client.sendChallenge(
        {
          challengeId,
          channel: channel === undefined ? ChannelEnum.UNSPECIFIED : channels[channel],
          language: languages[language],
        },
        options,
      );
    },
    async verify(code) {
      const { success, proof } = await client.verifyChallenge({ challengeId, code }, options);
      if (proof !== undefined) keepProof(challengeId, proof);
      return success;
    },
  };
}

/** Reads what a call threw. Nothing else that answers in the server's place, such as a proxy whose server is away, is taken for its word. */
export function failureOf(thrown: unknown): Failure {
  const error = ConnectError.from(thrown);
  const [info] = error.findDetails(ErrorInfoSchema);
  const seconds = Number(error.metadata.get("retry-after") ?? Number.NaN);
  return info === undefined
    ? { reason: "unreachable", retryAfterSeconds: undefined }
    : { reason: info.reason, retryAfterSeconds: Number.isFinite(seconds) ? seconds : undefined };
}
