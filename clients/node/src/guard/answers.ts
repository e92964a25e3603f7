import { RuptError } from "../error.js";
import type { SendChallengeCodeResponse } from "../messages.js";
import type { ChallengeStatus, Channel } from "../words.js";

/** What the guard answers to the browser, as JSON. It tells nothing of why: that is for your log, not for whoever logs in. */
export type GuardAnswer =
  /** There is a session now. */
  | { readonly status: "signed_in"; readonly restricted: boolean }
  /**
   * The password was right; a code is needed. Go to `challenge_url`, where it is given, and POST to `…/passed` what comes back; or POST to
   * `…/send`, then to `…/verify`.
   */
  | { readonly status: "challenge"; readonly challenge_url?: string }
  /** No session: a wrong password, or an attempt that Rupt denied. The two look the same. */
  | { readonly status: "refused" }
  /** A code is on its way to the masked destination. */
  | {
      readonly status: "sent";
      readonly channel: Channel;
      readonly destination: string;
      readonly resend_after_seconds: number;
    }
  /** Too soon or too often; try again after that time. */
  | { readonly status: "wait"; readonly retry_after_seconds: number }
  /** No code can be sent: no contact of the user is known, or not by this channel. */
  | { readonly status: "no_contact" }
  /** The code was wrong; so many more may be tried. */
  | { readonly status: "wrong_code"; readonly attempts_remaining: number }
  /** What was typed is not a code; it did not count. */
  | { readonly status: "malformed_code" }
  /** The pending login is over, or there never was one: log in again. */
  | { readonly status: "ended" }
  /** Rupt cannot be reached; try again later. */
  | { readonly status: "unavailable" };

/** The HTTP status of each answer. */
export const httpStatusOf = {
  signed_in: 200,
  challenge: 200,
  refused: 401,
  sent: 200,
  wait: 429,
  no_contact: 409,
  wrong_code: 422,
  malformed_code: 400,
  ended: 410,
  unavailable: 503,
} as const satisfies Record<GuardAnswer["status"], number>;

/** A code that is on its way. */
export function sentAnswer({
  channel,
  destination,
  resend_after_seconds,
}: SendChallengeCodeResponse): GuardAnswer {
  return { status: "sent", channel, destination, resend_after_seconds };
}

/** A code that was not the right one. */
export function wrongCodeAnswer(status: ChallengeStatus, attempts_remaining: number): GuardAnswer {
  const goesOn = (status === "sent" || status === "created") && attempts_remaining > 0;
  return goesOn ? { status: "wrong_code", attempts_remaining } : { status: "ended" };
}

/** What a failed call means for the browser. */
export function failureAnswer(error: unknown): GuardAnswer {
  if (!(error instanceof RuptError)) return { status: "unavailable" };
  switch (error.reason) {
    case "no_contact":
    case "channel_unavailable":
      return { status: "no_contact" };
    case "challenge_not_found":
    case "challenge_expired":
    case "challenge_exhausted":
    case "challenge_superseded":
    case "challenge_already_verified":
    case "challenge_not_verified":
    case "sends_exhausted":
    case "wrong_proof":
    case "evaluation_not_found":
    case "evaluation_consumed":
    case "evaluation_expired":
    case "evaluation_mismatch":
      return { status: "ended" };
    default:
      return error.code === "resource_exhausted" && error.retryAfterSeconds !== undefined
        ? { status: "wait", retry_after_seconds: error.retryAfterSeconds }
        : { status: "unavailable" };
  }
}
