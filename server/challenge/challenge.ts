/** How a code travels. */
export type ChannelName = "email" | "sms";

/** The languages that messages are written in. */
export const languages = ["en", "fr", "es", "ar"] as const;
/** One of `languages`. */
export type Language = (typeof languages)[number];

/** Where a challenge stands. `expired` and `exhausted` follow from its numbers and the time, so no job has to set them. */
export type ChallengeStatus =
  | "created"
  | "sent"
  | "verified"
  | "completed"
  | "expired"
  | "exhausted"
  | "superseded";

/** The states that are stored; the rest is derived. */
export type StoredStatus = Exclude<ChallengeStatus, "expired" | "exhausted">;

/** One step-up request. Instants are milliseconds since 1970. */
export interface Challenge {
  readonly projectId: string;
  readonly challengeId: string;
  readonly evaluationId: string;
  /** The key under which the user's history is kept; see `userKeyOf`. */
  readonly userKey: string;
  readonly deviceId: string | undefined;
  readonly reasons: readonly string[];
  readonly stored: StoredStatus;
  /** Sealed destinations: only contacts that codes may go to. */
  readonly contacts: { readonly email?: string; readonly sms?: string };
  /** How the last code was sent, and in which language. */
  readonly channel: ChannelName | undefined;
  readonly language: Language | undefined;
  readonly attempts: number;
  readonly maxAttempts: number;
  readonly sends: number;
  readonly maxSends: number;
  readonly createdAt: number;
  readonly expiresAt: number;
  /** Before it no further code is sent. */
  readonly nextSendAt: number | undefined;
  readonly verifiedAt: number | undefined;
  readonly completedAt: number | undefined;
}

/** Where a challenge stands at an instant. A challenge ends at `expiresAt` itself. */
export function statusAt(
  challenge: Pick<Challenge, "stored" | "attempts" | "maxAttempts" | "expiresAt">,
  now: number,
): ChallengeStatus {
  const { stored } = challenge;
  if (stored === "completed" || stored === "superseded") return stored;
  if (stored !== "verified" && challenge.attempts >= challenge.maxAttempts) return "exhausted";
  return now >= challenge.expiresAt ? "expired" : stored;
}
