import { randomInt } from "node:crypto";
import { type Challenge, type ChannelName, type Language, statusAt } from "../challenge/challenge.js";
import { newCode } from "../challenge/code.js";
import { limitsOf } from "../challenge/limits.js";
import { defaultLanguage } from "../challenge/message-settings.js";
import type { Clock, Instant } from "../clock.js";
import { AppError } from "../errors.js";
import { newId } from "../ids.js";
import type { Keys } from "../keys.js";
import type { Channels } from "../outbound/delivery/delivery.js";
import type { ChallengeStore, UserPause } from "../store/challenge-store.js";
import type { Project } from "../store/project-store.js";
import { challengeNotFound } from "./challenges.js";
import { contactBook } from "./contact-book.js";

/** A code that is on its way. */
export interface Sent {
  readonly challengeId: string;
  readonly channel: ChannelName;
  /** Masked. */
  readonly destination: string;
  readonly expiresAt: Instant;
  readonly resendAfterSeconds: number;
}

/** Sends a fresh code. */
export type SendChallenge = (
  project: Project,
  request: {
    readonly challengeId: string;
    readonly channel: ChannelName | undefined;
    /** Absent: the project's default. */
    readonly language: Language | undefined;
  },
) => Promise<Sent>;

const seconds = (ms: number) => Math.max(1, Math.ceil(ms / 1000));

/** Why a challenge takes no code now, undefined when it does. */
function refusal(challenge: Challenge & { readonly pause: UserPause }, now: Instant): AppError | undefined {
  const again = "Evaluate again for a new challenge.";
  const status = statusAt(challenge, now);
  switch (status) {
    case "verified":
    case "completed":
      return new AppError(
        "challenge_already_verified",
        "This challenge has already been verified; no code is needed.",
      );
    case "expired":
      return new AppError("challenge_expired", `This challenge has expired. ${again}`);
    case "exhausted":
      return new AppError("challenge_exhausted", `This challenge has used up its tries. ${again}`);
    case "superseded":
      return new AppError("challenge_superseded", `A newer challenge took the place of this one. ${again}`);
    case "created":
    case "sent":
      break;
    default:
      status satisfies never;
  }
  const { pausedUntil } = challenge.pause;
  if (pausedUntil !== undefined && pausedUntil > now) {
    return new AppError(
      "user_paused",
      "Too many wrong codes in a row for this user; wait before the next one.",
      {
        retryAfterSeconds: seconds(pausedUntil - now),
      },
    );
  }
  if (challenge.sends >= challenge.maxSends) {
    return new AppError("sends_exhausted", `This challenge has used up its codes. ${again}`, {
      retryAfterSeconds: seconds(challenge.expiresAt - now),
    });
  }
  if (challenge.nextSendAt !== undefined && challenge.nextSendAt > now) {
    return new AppError("resend_too_soon", "A code was sent a moment ago; wait before asking for another.", {
      retryAfterSeconds: seconds(challenge.nextSendAt - now),
    });
  }
  return undefined;
}

/** What sending needs. */
export interface SendDeps {
  readonly clock: Clock;
  readonly keys: Keys;
  readonly challenges: ChallengeStore;
  readonly channels: Channels;
}

/** Makes SendChallenge: reserve in the database, hand over to the provider, then confirm or give back. */
export function createSendChallenge({ clock, keys, challenges, channels }: SendDeps): SendChallenge {
  function choose(
    challenge: Challenge,
    asked: ChannelName | undefined,
  ): { channel: ChannelName; sealed: string } {
    const order: readonly ChannelName[] = asked === undefined ? ["email", "sms"] : [asked];
    const known = order.filter((channel) => challenge.contacts[channel] !== undefined);
    const channel = known.find((name) => channels[name] !== undefined);
    const sealed = channel === undefined ? undefined : challenge.contacts[channel];
    if (channel !== undefined && sealed !== undefined) return { channel, sealed };
    const metadata = { channel: asked ?? known[0] ?? "email" };
    if (known.length > 0) {
      throw new AppError("channel_unavailable", `This server is not set up to send by ${metadata.channel}.`, {
        metadata,
      });
    }
    throw new AppError(
      "no_contact",
      asked === undefined
        ? "No contact is known to which a code may go; give `email` or `phone` when evaluating."
        : `No contact for ${asked} is known to which a code may go.`,
      { metadata },
    );
  }

  return async (project, { challengeId, channel: asked, language }) => {
    const key = { projectId: project.projectId, challengeId };
    const challenge = await challenges.find(key);
    if (challenge === undefined) throw challengeNotFound();
    const now = clock.now();
    const refused = refusal(challenge, now);
    if (refused !== undefined) throw refused;

    const limits = limitsOf(project.settings.limits ?? {});
    const { channel, sealed } = choose(challenge, asked);
    const book = contactBook(keys, project.projectId);
    const code = newCode((below) => randomInt(below));
    const codeHash = keys.mac("code", project.projectId, challengeId, code);
    const expiresAt = now + limits.code_ttl_seconds * 1000;
    const nextSendAt = now + limits.resend_after_seconds * 1000;
    if (!(await challenges.reserveSend({ ...key, channel, codeHash, now, expiresAt, nextSendAt }))) {
      // Somebody was first; say what the challenge looks like now.
      const present = await challenges.find(key);
      throw (
        (present && refusal(present, clock.now())) ??
        new AppError("resend_too_soon", "A code was sent a moment ago; wait before asking for another.", {
          retryAfterSeconds: 1,
        })
      );
    }

    const texts = project.settings.messages ?? {};
    const spoken = language ?? defaultLanguage(texts);
    const sentence = texts[`text_${spoken}`];
    try {
      await channels[channel]?.send({
        deliveryId: newId(now),
        to: book.open(sealed),
        language: spoken,
        brand: texts.brand_name ?? project.name,
        ...(texts.sender_name === undefined ? {} : { senderName: texts.sender_name }),
        content: {
          kind: "code",
          code,
          validMinutes: Math.round(limits.code_ttl_seconds / 60),
          ...(sentence === undefined ? {} : { sentence }),
        },
      });
    } catch (error) {
      await challenges.refundSend(key, codeHash);
      throw new AppError(
        "delivery_failed",
        `The message could not be handed over for ${channel}; the try does not count, try again.`,
        { retryAfterSeconds: 5, cause: error },
      );
    }
    await challenges.confirmSend(key, codeHash);
    return {
      challengeId,
      channel,
      destination: book.masked(channel, sealed),
      expiresAt,
      resendAfterSeconds: limits.resend_after_seconds,
    };
  };
}
