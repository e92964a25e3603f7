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

/** A JSON object, whatever is in it. */
export type Json = Readonly<Record<string, unknown>>;

/** Narrows what was parsed from JSON to an object. */
export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const text = (value: unknown) => (typeof value === "string" ? value : "");
const count = (value: unknown) => (typeof value === "number" ? value : 0);
const channelOf = (value: unknown): Channel | undefined =>
  value === "email" || value === "sms" ? value : undefined;

function destinationsOf(value: unknown): readonly Destination[] {
  return (Array.isArray(value) ? value : []).flatMap((row: unknown) => {
    const channel = isObject(row) ? channelOf(row.channel) : undefined;
    return channel === undefined || !isObject(row) ? [] : [{ channel, contact: text(row.contact) }];
  });
}

/** Reads the server's answer. What is missing is empty or zero; a destination of a channel that the page does not know is left out. */
export function readDescribed(answer: Json): Described {
  return {
    status: text(answer.status),
    brand: text(answer.brand),
    destinations: destinationsOf(answer.destinations),
    channel: channelOf(answer.channel),
    attemptsRemaining: count(answer.attempts_remaining),
    sendsRemaining: count(answer.sends_remaining),
    expiresInSeconds: count(answer.expires_in_seconds),
    resendAfterSeconds: count(answer.resend_after_seconds),
    returnUrl: text(answer.return_url) || undefined,
  };
}
