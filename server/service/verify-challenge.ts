import { timingSafeEqual } from "node:crypto";
import { type ChallengeStatus, statusAt } from "../challenge/challenge.js";
import { limitsOf, pausesFrom } from "../challenge/limits.js";
import type { Clock } from "../clock.js";
import { AppError } from "../errors.js";
import type { Keys } from "../keys.js";
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
  request: { readonly challengeId: string; readonly code: string; readonly fromBrowser: boolean },
) => Promise<Verified>;

/** Makes VerifyChallenge: count the try, then compare, then accept; so no crash and no race gives a try back. */
export function createVerifyChallenge({
  clock,
  keys,
  challenges,
  background,
}: {
  clock: Clock;
  keys: Keys;
  challenges: ChallengeStore;
  background: Background;
}): VerifyChallenge {
  return async (project, { challengeId, code, fromBrowser }) => {
    const key = { projectId: project.projectId, challengeId };
    const limits = limitsOf(project.settings.limits ?? {});
    const now = clock.now();
    const maxFailedCodes = limits.max_failed_codes;
    const tried = await challenges.countTry({
      ...key,
      now,
      maxFailedCodes,
      pauses: pausesFrom(maxFailedCodes),
    });
    const candidates = keys.macs("code", project.projectId, challengeId, code);
    if (tried === undefined) {
      const challenge = await challenges.find(key);
      if (challenge === undefined) throw challengeNotFound();
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
    let right: Uint8Array | undefined;
    for (const hash of tried.hashes) {
      for (const candidate of candidates) if (timingSafeEqual(hash, candidate)) right = hash;
    }
    const attemptsRemaining = tried.maxAttempts - tried.attempts;
    if (right !== undefined) {
      const expiresAt = now + limits.code_ttl_seconds * 1000;
      if (await challenges.accept({ ...key, codeHash: right, now, expiresAt })) {
        background.start("credit messages", () => challenges.creditMessages(key));
        const proof = fromBrowser ? { proof: proofOf(keys, key) } : {};
        return { success: true, status: "verified", attemptsRemaining, ...proof };
      }
      const present = await challenges.find(key);
      if (present === undefined) throw challengeNotFound();
      return {
        success: false,
        status: statusAt(present, now),
        attemptsRemaining: present.maxAttempts - present.attempts,
      };
    }
    return { success: false, status: attemptsRemaining > 0 ? "sent" : "exhausted", attemptsRemaining };
  };
}
