import type { ClientToken } from "../challenge/client-token.js";
import { AppError } from "../errors.js";
import type { ChallengeStore } from "../store/challenge-store.js";

/** What a client token is used for. */
export type TokenUse = "describe" | "act";

/**
 * Lets a client token touch a challenge. Throws `not_permitted` when it is for another one, and when it is to act on one that is completed: the
 * token has died with it. Until it expires it may still describe its challenge, so that its user learns how the challenge ended.
 */
export type ClientTokenGuard = (token: ClientToken, challengeId: string, use: TokenUse) => Promise<void>;

/** Makes the guard. Its look is no lock: each transition has its own condition, and a completed challenge takes none. */
export function createClientTokenGuard(challenges: ChallengeStore): ClientTokenGuard {
  return async ({ projectId, challengeId }, asked, use) => {
    if (challengeId !== asked) {
      throw new AppError("not_permitted", "This client token is for another challenge.");
    }
    if (use === "describe") return;
    const challenge = await challenges.find({ projectId, challengeId });
    if (challenge?.stored === "completed") {
      throw new AppError(
        "not_permitted",
        "This challenge is completed, and its client token has ended with it.",
      );
    }
  };
}
