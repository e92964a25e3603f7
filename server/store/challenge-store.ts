import type { Challenge, ChannelName } from "../challenge/challenge.js";
import type { Instant } from "../clock.js";
import type { History, Lesson } from "../risk/history.js";
import type { Page, PageQuery } from "./evaluation-store.js";

/** Names a challenge. An id of another project finds nothing. */
export interface ChallengeKey {
  readonly projectId: string;
  readonly challengeId: string;
}

/** A code that is about to be sent. */
export interface Reservation extends ChallengeKey {
  readonly channel: ChannelName;
  /** Keyed hash of the fresh code. */
  readonly codeHash: Uint8Array;
  readonly now: Instant;
  readonly expiresAt: Instant;
  readonly nextSendAt: Instant;
}

/** One counted try: the hashes that a right code can have. */
export interface CountedTry {
  readonly hashes: readonly Uint8Array[];
  readonly attempts: number;
  readonly maxAttempts: number;
}

/** How many wrong codes in a row a user has brought, and until when the user's challenges pause. */
export interface UserPause {
  readonly failedCodes: number;
  readonly pausedUntil: Instant | undefined;
}

/** A verified challenge beside the user whom completing it teaches. */
export interface Completion {
  readonly challenge: Challenge;
  readonly lesson: Lesson;
  readonly userVersion: number;
  readonly history: History;
}

/**
 * Challenges. Each transition is one statement whose condition names the state it leaves; where it answers undefined or false, somebody was
 * first or the condition did not hold, and nothing changed. Rows are always locked user first, then challenge.
 */
export interface ChallengeStore {
  find(key: ChallengeKey): Promise<(Challenge & { readonly pause: UserPause }) | undefined>;
  list(projectId: string, query: PageQuery): Promise<Page<Challenge>>;
  /**
   * Takes one of the sends: created or sent, tries and sends and time left, not too soon. This code, the confirmed one and those of the last two
   * failed sendings pass until `confirmSend`: a provider can say no, or nothing, and have delivered all the same.
   */
  reserveSend(reservation: Reservation): Promise<boolean>;
  /** The provider took the message: created or sent → sent; of the codes until now only this one passes. */
  confirmSend(key: ChallengeKey, codeHash: Uint8Array): Promise<void>;
  /** The provider did not take the message: gives the send back, to be tried again at once; the code stays good. */
  refundSend(key: ChallengeKey, codeHash: Uint8Array): Promise<void>;
  /**
   * Counts a try of the challenge and, until it is accepted, a wrong code of the user. `pauses` are the seconds for which the user's challenges
   * pause when the wrong codes in a row reach `maxFailedCodes`, and for each one more; the last entry holds for all after it.
   */
  countTry(
    key: ChallengeKey & {
      readonly now: Instant;
      readonly maxFailedCodes: number;
      readonly pauses: readonly number[];
    },
  ): Promise<CountedTry | undefined>;
  /** created or sent → verified, for the one code whose hash is given; forgets the code and the user's wrong codes. */
  accept(
    key: ChallengeKey & { readonly codeHash: Uint8Array; readonly now: Instant; readonly expiresAt: Instant },
  ): Promise<boolean>;
  findCompletion(key: ChallengeKey): Promise<Completion | undefined>;
  /** verified → completed, together with the user's new history; only while the user's row still has the version that was read. */
  complete(
    key: ChallengeKey & {
      readonly now: Instant;
      readonly userKey: string;
      readonly userVersion: number;
      readonly history: History;
    },
  ): Promise<boolean>;
}
