import { statusAt } from "../challenge/challenge.js";
import type { Clock } from "../clock.js";
import { AppError } from "../errors.js";
import { completed } from "../risk/history.js";
import type { ChallengeStore } from "../store/challenge-store.js";
import type { Project } from "../store/project-store.js";
import { challengeNotFound } from "./challenges.js";

/** Makes the device and place of a verified challenge trusted. Safe to repeat. */
export type CompleteChallenge = (project: Project, challengeId: string) => Promise<void>;

/** How often it starts anew when others of the same user come in between. */
const maxRounds = 20;

/** Makes CompleteChallenge: read the lesson and the history, then complete and teach in one statement. */
export function createCompleteChallenge({
  clock,
  challenges,
}: {
  clock: Clock;
  challenges: ChallengeStore;
}): CompleteChallenge {
  return async ({ projectId }, challengeId) => {
    const key = { projectId, challengeId };
    for (let round = 0; round < maxRounds; round++) {
      const completion = await challenges.findCompletion(key);
      if (completion === undefined) throw challengeNotFound();
      const { challenge, lesson, userVersion, history } = completion;
      const now = clock.now();
      const status = statusAt(challenge, now);
      if (status === "completed") return;
      if (status === "expired")
        throw new AppError(
          "challenge_expired",
          "This challenge has expired. Evaluate again for a new challenge.",
        );
      if (status !== "verified") {
        throw new AppError(
          "challenge_not_verified",
          "This challenge has not been verified; verify the user's code first.",
        );
      }
      const taught = completed(history, lesson.eventTime ? lesson : { ...lesson, at: now });
      if (
        await challenges.complete({ ...key, now, userKey: challenge.userKey, userVersion, history: taught })
      )
        return;
    }
    throw new AppError("conflict", "Too many attempts of this user at the same instant; try again.", {
      retryAfterSeconds: 1,
    });
  };
}
