import type { Challenge } from "../challenge/challenge.js";
import { type ChallengeStatus, statusAt } from "../challenge/challenge.js";
import { userOf } from "../challenge/user-key.js";
import type { Clock, Instant } from "../clock.js";
import { AppError } from "../errors.js";
import type { Keys } from "../keys.js";
import type { ChallengeStore, Delivery } from "../store/challenge-store.js";
import type { Page, PageQuery } from "../store/evaluation-store.js";
import type { Project } from "../store/project-store.js";
import { contactBook } from "./contact-book.js";

/** A challenge as its project may see it. */
export interface ChallengeView {
  readonly challengeId: string;
  readonly status: ChallengeStatus;
  readonly user: string | undefined;
  /** Masked. */
  readonly email: string | undefined;
  /** Masked. */
  readonly phone: string | undefined;
  readonly channel: Challenge["channel"];
  readonly reasons: readonly string[];
  readonly attemptsRemaining: number;
  readonly sendsRemaining: number;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
  readonly verifiedAt: Instant | undefined;
  readonly completedAt: Instant | undefined;
  readonly evaluationId: string;
  /** The last sending; looked up for one challenge only. */
  readonly delivery?: Delivery;
}

/** The error for an id that names no challenge of the project, whether it is unknown or another project's. */
export function challengeNotFound(): AppError {
  return new AppError("challenge_not_found", "There is no such challenge in this project.");
}

/** Shows a challenge as it stands at an instant. */
export function viewChallenge(keys: Keys, challenge: Challenge, now: Instant): ChallengeView {
  const book = contactBook(keys, challenge.projectId);
  const { email, sms } = challenge.contacts;
  return {
    challengeId: challenge.challengeId,
    status: statusAt(challenge, now),
    user: userOf(challenge.userKey),
    email: email === undefined ? undefined : book.masked("email", email),
    phone: sms === undefined ? undefined : book.masked("sms", sms),
    channel: challenge.channel,
    reasons: challenge.reasons,
    attemptsRemaining: challenge.maxAttempts - challenge.attempts,
    sendsRemaining: challenge.maxSends - challenge.sends,
    createdAt: challenge.createdAt,
    expiresAt: challenge.expiresAt,
    verifiedAt: challenge.verifiedAt,
    completedAt: challenge.completedAt,
    evaluationId: challenge.evaluationId,
  };
}

/** Reads challenges. */
export interface ReadChallenges {
  get(project: Project, challengeId: string): Promise<ChallengeView>;
  list(project: Project, query: PageQuery): Promise<Page<ChallengeView>>;
}

/** Makes the reading side of challenges. */
export function createReadChallenges({
  clock,
  keys,
  challenges,
}: {
  clock: Clock;
  keys: Keys;
  challenges: ChallengeStore;
}): ReadChallenges {
  return {
    async get({ projectId }, challengeId) {
      const key = { projectId, challengeId };
      const [challenge, delivery] = await Promise.all([challenges.find(key), challenges.findDelivery(key)]);
      if (challenge === undefined) throw challengeNotFound();
      const view = viewChallenge(keys, challenge, clock.now());
      return delivery === undefined ? view : { ...view, delivery };
    },
    async list({ projectId }, query) {
      const { data, total } = await challenges.list(projectId, query);
      const now = clock.now();
      return { data: data.map((challenge) => viewChallenge(keys, challenge, now)), total };
    },
  };
}
