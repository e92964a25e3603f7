import type { Clock } from "../clock.js";
import { AppError } from "../errors.js";
import { withdrawTrust } from "../risk/withdraw-trust.js";
import type { ChallengeKey, ChallengeStore } from "../store/challenge-store.js";
import { challengeNotFound } from "./challenges.js";

/** Calls the attempt behind a challenge an attack: what completing it had taught is forgotten, and the evaluation is marked. Safe to repeat. */
export type ReportAttack = (key: ChallengeKey) => Promise<void>;

const maxRounds = 20;

/** Makes ReportAttack: read, then mark and forget in one statement; again from the start when the user's row changed in between. */
export function createReportAttack({
  clock,
  challenges,
}: {
  clock: Clock;
  challenges: ChallengeStore;
}): ReportAttack {
  return async (key) => {
    for (let round = 0; round < maxRounds; round++) {
      const found = await challenges.findCompletion(key);
      if (found === undefined) throw challengeNotFound();
      const { challenge, lesson, userVersion, history } = found;
      const now = clock.now();
      const learntAt = challenge.completedAt ?? challenge.createdAt;
      const outcome = await challenges.reportAttack({
        ...key,
        now,
        evaluationId: challenge.evaluationId,
        userKey: challenge.userKey,
        userVersion,
        history: withdrawTrust(history, lesson, { learntAt, now }),
      });
      if (outcome !== "conflict") return;
    }
    throw new AppError("conflict", "Too many attempts of this user at the same instant; try again.", {
      retryAfterSeconds: 1,
    });
  };
}
