import { type Challenge, type ChallengeStatus, type ChannelName, statusAt } from "../challenge/challenge.js";
import type { Clock, Instant } from "../clock.js";
import type { Keys } from "../keys.js";
import type { Channels } from "../outbound/delivery/delivery.js";
import type { ChallengeStore, UserPause } from "../store/challenge-store.js";
import type { Project } from "../store/project-store.js";
import { challengeNotFound } from "./challenges.js";
import { contactBook } from "./contact-book.js";

/** A challenge as its user may see it: nothing of why it was asked, nor of whom. */
export interface DescribedChallenge {
  readonly challengeId: string;
  readonly status: ChallengeStatus;
  /** The project's name, as its messages give it. */
  readonly brand: string;
  /** Where a code may go, the default first; masked. */
  readonly destinations: readonly { readonly channel: ChannelName; readonly contact: string }[];
  readonly channel: ChannelName | undefined;
  readonly attemptsRemaining: number;
  readonly sendsRemaining: number;
  /** 0 when it has ended. */
  readonly expiresInSeconds: number;
  /** 0 when a code may be asked for now. */
  readonly resendAfterSeconds: number;
  /** Where the user goes on; only when verified or completed, and where the project has registered a success URL. */
  readonly returnUrl: string | undefined;
}

/** Shows a challenge to its user. */
export type DescribeChallenge = (project: Project, challengeId: string) => Promise<DescribedChallenge>;

const channelOrder: readonly ChannelName[] = ["email", "sms"];

const secondsUntil = (at: Instant | undefined, now: Instant): number =>
  at === undefined ? 0 : Math.max(0, Math.ceil((at - now) / 1000));

/** The registered success URL with the challenge's id; the URL itself stays as it was registered. */
export function returnUrl(successUrl: string, challengeId: string): string {
  return `${successUrl}${successUrl.includes("?") ? "&" : "?"}challenge_id=${challengeId}`;
}

function timesLeft(challenge: Challenge & { readonly pause: UserPause }, now: Instant) {
  const status = statusAt(challenge, now);
  const open = status === "created" || status === "sent";
  const { nextSendAt, pause } = challenge;
  return {
    expiresInSeconds: open || status === "verified" ? secondsUntil(challenge.expiresAt, now) : 0,
    resendAfterSeconds: open
      ? Math.max(
          ...[nextSendAt, pause.pausedUntil, pause.messagesPausedUntil].map((at) => secondsUntil(at, now)),
        )
      : 0,
  };
}

/** Makes DescribeChallenge. Only destinations whose channel is set up on this server are shown. */
export function createDescribeChallenge({
  clock,
  keys,
  challenges,
  channels,
}: {
  clock: Clock;
  keys: Keys;
  challenges: ChallengeStore;
  channels: Channels;
}): DescribeChallenge {
  return async ({ projectId, name, settings }, challengeId) => {
    const challenge = await challenges.find({ projectId, challengeId });
    if (challenge === undefined) throw challengeNotFound();
    const now = clock.now();
    const status = statusAt(challenge, now);
    const book = contactBook(keys, projectId);
    const passed = status === "verified" || status === "completed";
    return {
      challengeId,
      status,
      brand: settings.messages?.brand_name ?? name,
      destinations: channelOrder.flatMap((channel) => {
        const sealed = challenge.contacts[channel];
        const contact = sealed === undefined ? undefined : book.masked(channel, sealed);
        return contact === undefined || channels[channel] === undefined ? [] : [{ channel, contact }];
      }),
      channel: challenge.channel,
      attemptsRemaining: challenge.maxAttempts - challenge.attempts,
      sendsRemaining: challenge.maxSends - challenge.sends,
      ...timesLeft(challenge, now),
      returnUrl:
        passed && settings.successUrl !== undefined ? returnUrl(settings.successUrl, challengeId) : undefined,
    };
  };
}
