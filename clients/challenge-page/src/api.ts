import { ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-web";
import { ErrorInfoSchema } from "../../../gen/es/google/rpc/error_details_pb.js";
import {
  ChallengeService,
  ChallengeStatus,
  Channel,
  type DescribeChallengeResponse,
  Language,
} from "../../../gen/es/rupt/v2/challenge_service_pb.js";
import { keepProof, readProof, type Ticket } from "./token.js";
import type { PageLanguage } from "./wordings.js";

export { ChallengeStatus, Channel, type DescribeChallengeResponse };

/** Why a call failed, as far as the page tells them apart. */
export interface Failure {
  /** The word of `error_reason.proto`, or `unreachable` when no answer came. */
  readonly reason: string;
  /** After how many seconds it may be tried again, where the server said so. */
  readonly retryAfterSeconds: number | undefined;
}

/** The three calls that a client token may make. They throw what `failureOf` reads. */
export interface Api {
  /** Its `returnUrl` holds the proof, once the right code was entered in this tab. */
  describe(): Promise<DescribeChallengeResponse>;
  /** Resolves when the provider has taken the message. */
  send(channel: Channel): Promise<void>;
  /** Whether the code was right. */
  verify(code: string): Promise<boolean>;
}

const languages = {
  en: Language.EN,
  fr: Language.FR,
  es: Language.ES,
  ar: Language.AR,
} as const satisfies Record<PageLanguage, Language>;

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
      const described = await client.describeChallenge({ challengeId }, options);
      const proof = readProof(challengeId);
      if (described.returnUrl !== undefined && proof !== undefined) described.returnUrl += `&proof=${proof}`;
      return described;
    },
    async send(channel) {
      await client.sendChallenge({ challengeId, channel, language: languages[language] }, options);
    },
    async verify(code) {
      const { success, proof } = await client.verifyChallenge({ challengeId, code }, options);
      if (proof !== undefined) keepProof(challengeId, proof);
      return success;
    },
  };
}

/** Reads what a call threw. */
export function failureOf(error: unknown): Failure {
  const [info] = ConnectError.from(error).findDetails(ErrorInfoSchema);
  const seconds = Number(info?.metadata.retry_after_seconds);
  return {
    reason: info?.reason ?? "unreachable",
    retryAfterSeconds: Number.isFinite(seconds) ? seconds : undefined,
  };
}
