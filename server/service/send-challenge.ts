import { randomInt } from "node:crypto";
import { type Budget, budgetsOf, budgetWindows, windowAt } from "../challenge/budgets.js";
import { type ChannelName, type Language, statusAt } from "../challenge/challenge.js";
import { newCode } from "../challenge/code.js";
import { type ChallengeLimits, limitsOf, pausesFrom } from "../challenge/limits.js";
import { defaultLanguage, type MessageTexts } from "../challenge/message-settings.js";
import { readPhone } from "../challenge/phone.js";
import type { Clock, Instant } from "../clock.js";
import { AppError } from "../errors.js";
import { newId } from "../ids.js";
import type { Keys } from "../keys.js";
import type { Log } from "../log.js";
import { type Channels, DeliveryError, type Message } from "../outbound/delivery/delivery.js";
import type { ChallengeStore, FoundChallenge } from "../store/challenge-store.js";
import type { Project } from "../store/project-store.js";
import { challengeNotFound } from "./challenges.js";
import { contactBook } from "./contact-book.js";
import { deliveryReportPath } from "./delivery-report.js";

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

function spent(waitMs: number): AppError {
  return new AppError(
    "message_budget",
    "Too many codes were sent that nobody entered; wait before asking for another.",
    {
      retryAfterSeconds: seconds(waitMs),
    },
  );
}

/** Why a challenge takes no code now, undefined when it does. */
function refusal(challenge: FoundChallenge, now: Instant): AppError | undefined {
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
  const { pausedUntil, messagesPausedUntil } = challenge.pause;
  if (pausedUntil !== undefined && pausedUntil > now) {
    return new AppError(
      "user_paused",
      "Too many wrong codes in a row for this user; wait before the next one.",
      {
        retryAfterSeconds: seconds(pausedUntil - now),
      },
    );
  }
  if (messagesPausedUntil !== undefined && messagesPausedUntil > now) {
    return spent(messagesPausedUntil - now);
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

/** Where a code goes. */
interface Destination {
  readonly channel: ChannelName;
  /** In clear. */
  readonly to: string;
  /** Masked. */
  readonly shown: string;
  readonly country: string | undefined;
}

/** What sending needs. */
export interface SendDeps {
  readonly clock: Clock;
  readonly keys: Keys;
  readonly challenges: ChallengeStore;
  readonly channels: Channels;
  readonly log: Log;
  /** Where users and providers reach this server; absent: providers are not asked to report. */
  readonly publicUrl: string | undefined;
}

function noContact(channel: ChannelName, message: string): AppError {
  return new AppError("no_contact", message, { metadata: { channel } });
}

/** Makes SendChallenge: reserve in the database, hand over to the provider, then confirm or give back. */
export function createSendChallenge(deps: SendDeps): SendChallenge {
  const { clock, keys, challenges, channels, log, publicUrl } = deps;

  function choose(
    challenge: FoundChallenge,
    asked: ChannelName | undefined,
    texts: MessageTexts,
  ): Destination {
    const order: readonly ChannelName[] = asked === undefined ? ["email", "sms"] : [asked];
    const book = contactBook(keys, challenge.projectId);
    const known = order.filter((channel) => {
      const kept = challenge.contacts[channel];
      return kept !== undefined && book.isReadable(kept);
    });
    const channel = known.find((name) => channels[name] !== undefined);
    const sealed = channel === undefined ? undefined : challenge.contacts[channel];
    if (channel !== undefined && sealed !== undefined) {
      const clear = book.open(sealed);
      const shown = book.masked(channel, sealed) ?? "";
      if (channel === "email") return { channel, to: clear, shown, country: undefined };
      const phone = readPhone(clear, texts.default_country);
      if (phone !== undefined) return { channel, to: phone.number, shown, country: phone.country };
      throw noContact(
        channel,
        "The known phone number cannot be called from abroad; give it with + and country code when evaluating.",
      );
    }
    const missing = asked ?? known[0] ?? "email";
    if (known.length > 0) {
      throw new AppError("channel_unavailable", `This server is not set up to send by ${missing}.`, {
        metadata: { channel: missing },
      });
    }
    throw noContact(
      missing,
      asked === undefined
        ? "No contact is known to which a code may go; give `email` or `phone` when evaluating."
        : `No contact for ${asked} is known to which a code may go.`,
    );
  }

  function budgets(challenge: FoundChallenge, limits: ChallengeLimits, to: Destination): readonly Budget[] {
    const hash = (...parts: string[]) =>
      keys
        .mac("budget", challenge.projectId, ...parts)
        .subarray(0, 16)
        .toString("hex");
    return budgetsOf(limits, {
      channel: to.channel,
      contact: hash(to.channel, to.to.toLowerCase()),
      address: challenge.addressKey === undefined ? undefined : hash("address", challenge.addressKey),
      country: to.country,
    });
  }

  async function reserve(
    challenge: FoundChallenge,
    limits: ChallengeLimits,
    {
      to,
      ...rest
    }: { to: Destination; language: Language; deliveryId: string; codeHash: Buffer; now: Instant },
  ): Promise<void> {
    const { now } = rest;
    const { projectId, challengeId } = challenge;
    const reserved = await challenges.reserveSend({
      projectId,
      challengeId,
      channel: to.channel,
      ...rest,
      expiresAt: now + limits.code_ttl_seconds * 1000,
      nextSendAt: now + limits.resend_after_seconds * 1000,
      budgets: budgets(challenge, limits, to),
      unusedPercent: limits.unused_messages_percent,
      maxUnusedMessages: limits.max_unused_messages,
      pauses: pausesFrom(limits.max_unused_messages),
    });
    switch (reserved.outcome) {
      case "reserved":
        return;
      case "spent":
        log.warn(
          {
            project_id: projectId,
            challenge_id: challengeId,
            scopes: reserved.keys.map((key) => key.split(":", 1)[0]),
          },
          "a message budget is spent",
        );
        throw spent(windowAt(now, budgetWindows.hour) + budgetWindows.hour - now);
      case "refused": {
        // Somebody was first; say what the challenge looks like now.
        const present = await challenges.find({ projectId, challengeId });
        throw (
          (present && refusal(present, clock.now())) ??
          new AppError("resend_too_soon", "A code was sent a moment ago; wait before asking for another.", {
            retryAfterSeconds: 1,
          })
        );
      }
    }
  }

  function compose(
    project: Project,
    limits: ChallengeLimits,
    parts: {
      challengeId: string;
      deliveryId: string;
      to: Destination;
      language: Language;
      code: string;
    },
  ): Message {
    const { challengeId, deliveryId, to, language, code } = parts;
    const texts = project.settings.messages ?? {};
    const sentence = texts[`text_${language}`];
    return {
      deliveryId,
      to: to.to,
      language,
      brand: texts.brand_name ?? project.name,
      ...(texts.sender_name === undefined ? {} : { senderName: texts.sender_name }),
      content: {
        kind: "code",
        code,
        validMinutes: Math.round(limits.code_ttl_seconds / 60),
        ...(sentence === undefined ? {} : { sentence }),
      },
      ...(publicUrl === undefined
        ? {}
        : {
            statusUrl:
              publicUrl + deliveryReportPath({ projectId: project.projectId, challengeId, deliveryId }),
          }),
    };
  }

  return async (project, { challengeId, channel: asked, language: spoken }) => {
    const key = { projectId: project.projectId, challengeId };
    const challenge = await challenges.find(key);
    if (challenge === undefined) throw challengeNotFound();
    const now = clock.now();
    const refused = refusal(challenge, now);
    if (refused !== undefined) throw refused;

    const limits = limitsOf(project.settings.limits);
    const texts = project.settings.messages ?? {};
    const to = choose(challenge, asked, texts);
    const language = spoken ?? defaultLanguage(texts);
    const deliveryId = newId(now);
    const code = newCode((below) => randomInt(below));
    const codeHash = keys.mac("code", project.projectId, challengeId, code);
    await reserve(challenge, limits, { to, language, deliveryId, codeHash, now });

    const delivery = { ...key, deliveryId, codeHash };
    try {
      const message = compose(project, limits, { challengeId, deliveryId, to, language, code });
      const receipt = await channels[to.channel]?.send(message);
      await challenges.confirmSend({
        ...delivery,
        now: clock.now(),
        provider: receipt?.provider ?? "",
        reference: receipt?.reference,
      });
    } catch (error) {
      if (!(error instanceof DeliveryError)) throw error;
      await challenges.refundSend({ ...delivery, now: clock.now(), outcome: error.outcome });
      throw new AppError(
        "delivery_failed",
        `The message could not be handed over for ${to.channel}; the try does not count, try again.`,
        { retryAfterSeconds: 5, cause: error },
      );
    }
    return {
      challengeId,
      channel: to.channel,
      destination: to.shown,
      expiresAt: now + limits.code_ttl_seconds * 1000,
      resendAfterSeconds: limits.resend_after_seconds,
    };
  };
}
