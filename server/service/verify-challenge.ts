import { type ChallengeStatus, statusAt } from "../challenge/challenge.js";
import { limitsOf, pausesFrom } from "../challenge/limits.js";
import type { Clock, Instant } from "../clock.js";
import { AppError } from "../errors.js";
import type { Keys } from "../keys.js";
import type { Metrics } from "../metrics.js";
import type { ChallengeStore } from "../store/challenge-store.js";
import type { Project } from "../store/project-store.js";
import type { Background } from "./background.js";
import { challengeNotFound } from "./challenges.js";
import { proofOf } from "./proof.js";

/** Whether a code was right, and where the challenge stands after it. */
export interface Verified {
  readonly success: boolean;
  readonly status: ChallengeStatus;
  readonly attemptsRemaining: number;
  /** For the browser that brought the right code; undefined otherwise. */
  readonly proof?: string;
}

/** Checks a code. A wrong, late or surplus one is an answer, not an error. */
export type VerifyChallenge = (
  project: Project,
  request: {
    readonly challengeId: string;
    readonly code: string;
    readonly fromBrowser: boolean;
    /** When the caller stops waiting. */
    readonly deadlineAt: Instant | undefined;
  },
) => Promise<Verified>;

/** Makes VerifyChallenge: count, compare and accept in one step; so no crash and no race gives a try back. */
export function createVerifyChallenge({
  clock,
  keys,
  challenges,
  background,
  metrics,
}: {
  clock: Clock;
  keys: Keys;
  challenges: ChallengeStore;
  background: Background;
  metrics: Metrics;
}): VerifyChallenge {
  return async (project, { challengeId, code, fromBrowser, deadlineAt }) => {
    const key = { projectId: project.projectId, challengeId };
    const limits = limitsOf(project.settings.limits);
    const now = clock.now();
    const maxFailedCodes = limits.max_failed_codes;
    const tried = await challenges.tryCode({
      ...key,
      hashes: keys.macs("code", project.projectId, challengeId, code),
      now,
      verifiedUntil: now + limits.code_ttl_seconds * 1000,
      maxFailedCodes,
      pauses: pausesFrom(maxFailedCodes),
      deadlineAt,
    });
    if (tried.outcome === "refused") {
      const challenge = await challenges.find(key);
      if (challenge === undefined) throw challengeNotFound();
      metrics.codeEntered("refused");
      const { pausedUntil } = challenge.pause;
      const status = statusAt(challenge, now);
      if ((status === "created" || status === "sent") && pausedUntil !== undefined && pausedUntil > now) {
        throw new AppError(
          "user_paused",
          "Too many wrong codes in a row for this user; wait before the next one.",
          {
            retryAfterSeconds: Math.ceil((pausedUntil - now) / 1000),
          },
        );
      }
      return { success: false, status, attemptsRemaining: challenge.maxAttempts - challenge.attempts };
    }
    metrics.codeEntered(tried.outcome);
    const attemptsRemaining = tried.maxAttempts - tried.attempts;
    if (tried.outcome === "right") {
      background.start("credit messages", () => challenges.creditMessages(key));
      const proof = fromBrowser ? { proof: proofOf(keys, key) } : {};
      return { success: true, status: "verified", attemptsRemaining, ...proof };
    }
    return { success: false, status: attemptsRemaining > 0 ? "sent" : "exhausted", attemptsRemaining };
  };
}
