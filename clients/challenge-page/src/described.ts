import type {
  ChallengeStatus as ChallengeStatusEnum,
  Channel as ChannelEnum,
} from "../../../gen/es/rupt/v2/challenge_service_pb.js";

/** The words of an enum of the protos, as REST has them. */
type WordsOf<Enum> = Lowercase<Exclude<keyof Enum & string, "UNSPECIFIED">>;

/** Where a challenge stands. A newer server may send words that are not in this list. */
export type ChallengeStatus = WordsOf<typeof ChallengeStatusEnum>;

/** By which means a code travels. */
export type Channel = WordsOf<typeof ChannelEnum>;

/** A challenge as its user may see it: `DescribeChallengeResponse` in the protos says what each field means. */
export interface Described {
  readonly status: string;
  readonly brand: string;
  readonly destinations: readonly Destination[];
  readonly channel: Channel | undefined;
  readonly attemptsRemaining: number;
  readonly sendsRemaining: number;
  readonly expiresInSeconds: number;
  readonly resendAfterSeconds: number;
  readonly returnUrl: string | undefined;
}

/** One place that a code may go to; the contact is masked. */
export interface Destination {
  readonly channel: Channel;
  readonly contact: string;
}
