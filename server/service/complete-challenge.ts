import { type Challenge, type ChannelName, statusAt } from "../challenge/challenge.js";
import { limitsOf } from "../challenge/limits.js";
import type { Clock, Instant } from "../clock.js";
import { AppError } from "../errors.js";
import { newId } from "../ids.js";
import type { Keys } from "../keys.js";
import type { Metrics } from "../metrics.js";
import { completed } from "../risk/history.js";
import type { ChallengeStore } from "../store/challenge-store.js";
import type { Notice } from "../store/notice-store.js";
import type { Project } from "../store/project-store.js";
import { challengeNotFound } from "./challenges.js";
import type { Notices } from "./notices.js";
import { isProof } from "./proof.js";

/**
 * Makes the device and place of a verified challenge trusted. Safe to repeat: answers true to the one call that completed it. A proof, where one is
 * given, must be the challenge's own; throws `wrong_proof`.
 */
export type CompleteChallenge = (
  project: Project,
  challengeId: string,
  proof: string | undefined,
) => Promise<boolean>;

/** How often it starts anew when others of the same user come in between. */
const maxRounds = 20;

const wanted = (project: Project) => limitsOf(project.settings.limits).login_notices === 1;

/**
 * The message that asks whether it was the user. It goes to the contact that got no code, where there is one: whoever reads the user's codes could
 * hide a message that comes the same way.
 */
function wasThisYou(challenge: Challenge, now: Instant): Notice | undefined {
  const { projectId, challengeId, evaluationId, contacts, language } = challenge;
  const order: readonly ChannelName[] = challenge.channel === "email" ? ["sms", "email"] : ["email", "sms"];
  const channel = order.find((name) => contacts[name] !== undefined);
  const contact = channel && contacts[channel];
  if (channel === undefined || contact === undefined) return undefined;
  return {
    projectId,
    noticeId: newId(now),
    kind: "was_this_you",
    channel,
    contact,
    language,
    evaluationId,
    challengeId,
    changed: undefined,
    createdAt: now,
  };
}

/** Makes CompleteChallenge: read the lesson and the history, then complete and teach in one statement. */
export function createCompleteChallenge({
  clock,
  keys,
  challenges,
  notices,
  metrics,
}: {
  clock: Clock;
  keys: Keys;
  challenges: ChallengeStore;
  notices: Notices;
  metrics: Metrics;
}): CompleteChallenge {
  return async (project, challengeId, proof) => {
    const { projectId } = project;
    const key = { projectId, challengeId };
    const proven = proof === undefined || isProof(keys, key, proof);
    for (let round = 0; round < maxRounds; round++) {
      const completion = await challenges.findCompletion(key);
      if (completion === undefined) throw challengeNotFound();
      if (!proven) throw new AppError("wrong_proof", "This is not the proof of this challenge.");
      const { challenge, lesson, userVersion, history, reported } = completion;
      const now = clock.now();
      const status = statusAt(challenge, now);
      if (status === "completed") return false;
      if (reported) {
        throw new AppError(
          "challenge_not_verified",
          "This attempt was reported as an attack; what it showed is not trusted.",
        );
      }
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
      const notice = wanted(project) ? wasThisYou(challenge, now) : undefined;
      const { userKey } = challenge;
      if (await challenges.complete({ ...key, now, userKey, userVersion, history: taught, notice })) {
        metrics.challengeCompleted();
        if (notice !== undefined) notices.sendSoon(notice);
        return true;
      }
    }
    throw new AppError("conflict", "Too many attempts of this user at the same instant; try again.", {
      retryAfterSeconds: 1,
    });
  };
}
