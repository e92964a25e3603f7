import type { Budget } from "../challenge/budgets.js";
import type { Challenge, ChannelName, Language } from "../challenge/challenge.js";
import type { Instant } from "../clock.js";
import type { History, Lesson } from "../risk/history.js";
import type { Page, PageQuery } from "./evaluation-store.js";
import type { Notice } from "./notice-store.js";

/** Names a challenge. An id of another project finds nothing. */
export interface ChallengeKey {
  readonly projectId: string;
  readonly challengeId: string;
}

/** A code that is about to be sent. */
export interface Reservation extends ChallengeKey {
  readonly deliveryId: string;
  readonly channel: ChannelName;
  readonly language: Language;
  /** Keyed hash of the fresh code. */
  readonly codeHash: Uint8Array;
  readonly now: Instant;
  readonly expiresAt: Instant;
  readonly nextSendAt: Instant;
  /** What the message is charged to, ordered by key. */
  readonly budgets: readonly Budget[];
  /** Share of verified traffic that unused messages may always reach, in percent. */
  readonly unusedPercent: number;
  /** Unused messages in a row of the user before messages pause, and the pauses in seconds for that many and each one more. */
  readonly maxUnusedMessages: number;
  readonly pauses: readonly number[];
}

/** What became of a reservation. `refused`: the challenge takes no code now. `spent`: these budgets are used up. */
export type Reserved =
  | { readonly outcome: "reserved" }
  | { readonly outcome: "refused" }
  | { readonly outcome: "spent"; readonly keys: readonly string[] };

/** What is known of one sending of a code. */
export type DeliveryStatus = "pending" | "sent" | "delivered" | "failed" | "unknown";

/** One sending of a code. */
export interface Delivery {
  readonly channel: ChannelName;
  readonly status: DeliveryStatus;
  readonly provider: string | undefined;
  /** The provider's own word for what went wrong. */
  readonly errorCode: string | undefined;
  readonly updatedAt: Instant;
}

/** Names one sending. */
export interface DeliveryKey extends ChallengeKey {
  readonly deliveryId: string;
}

/** A sending that the provider took. */
export interface Confirmation extends DeliveryKey {
  readonly codeHash: Uint8Array;
  readonly now: Instant;
  readonly provider: string;
  readonly reference: string | undefined;
}

/** A code that somebody entered. */
export interface CodeTry extends ChallengeKey {
  /** Its keyed hash under each key. */
  readonly hashes: readonly Uint8Array[];
  readonly now: Instant;
  /** When the challenge ends if the code is right. */
  readonly verifiedUntil: Instant;
  readonly maxFailedCodes: number;
  /** Seconds for which the user's challenges pause when the wrong codes in a row reach `maxFailedCodes`, and for each one more; the last holds for all after it. */
  readonly pauses: readonly number[];
  /** A try that nobody waits for any more when its turn comes is not made. */
  readonly deadlineAt: Instant | undefined;
}

/** What became of a try. `refused`: the challenge or the user takes no code now, and nothing was counted. */
export type TriedCode =
  | { readonly outcome: "refused" }
  | { readonly outcome: "right" | "wrong"; readonly attempts: number; readonly maxAttempts: number };

/** How many wrong codes in a row a user has brought, and until when the user's challenges or messages pause. */
export interface UserPause {
  readonly failedCodes: number;
  readonly pausedUntil: Instant | undefined;
  readonly messagesPausedUntil: Instant | undefined;
}

/** A challenge with what sending and verifying look at besides. */
export interface FoundChallenge extends Challenge {
  readonly pause: UserPause;
  /** The address of the attempt that opened it, as history keys addresses; absent where it could not be evaluated. */
  readonly addressKey: string | undefined;
}

/** A verified challenge beside the user whom completing it teaches. */
export interface Completion {
  readonly challenge: Challenge;
  readonly lesson: Lesson;
  readonly userVersion: number;
  readonly history: History;
  /** Whether its attempt was called an attack, by its user or its project; that changes the user's version, too. */
  readonly reported: boolean;
}

/**
 * Challenges. Each transition is one statement whose condition names the state it leaves; where it answers undefined or false, somebody was
 * first or the condition did not hold, and nothing changed. Rows are always locked user first, then challenge.
 */
export interface ChallengeStore {
  find(key: ChallengeKey): Promise<FoundChallenge | undefined>;
  list(projectId: string, query: PageQuery): Promise<Page<Challenge>>;
  /**
   * Takes one of the sends: created or sent, tries and sends and time left, not too soon, the user not paused, every budget with something left; and
   * charges all budgets, or none. This code, the confirmed one and those of the last two failed sendings pass until `confirmSend`: a provider can
   * say no, or nothing, and have delivered all the same.
   */
  reserveSend(reservation: Reservation): Promise<Reserved>;
  /** The provider took the message: created or sent → sent; of the codes until now only this one passes. */
  confirmSend(sending: Confirmation): Promise<void>;
  /**
   * The provider did not take the message: gives the send back, to be tried again at once; the code stays good. What was certainly `refused` is
   * given back to the budgets and the user, too; what may have left is not.
   */
  refundSend(
    key: DeliveryKey & {
      readonly codeHash: Uint8Array;
      readonly now: Instant;
      readonly outcome: "refused" | "unknown";
    },
  ): Promise<void>;
  /** Counts the messages of a verified challenge as used. Not to be called twice for one challenge. */
  creditMessages(key: ChallengeKey): Promise<void>;
  /** Notes what the provider reports. An end, delivered or failed, is never taken back by an earlier step that is reported late. */
  noteDelivery(
    key: DeliveryKey & {
      readonly status: "sent" | "delivered" | "failed";
      readonly errorCode: string | undefined;
      readonly now: Instant;
    },
  ): Promise<void>;
  /** The latest sending of a challenge, if any. */
  findDelivery(key: ChallengeKey): Promise<Delivery | undefined>;
  /**
   * Counts a try of the challenge; a wrong code of the user, too. The right one makes created or sent → verified and forgets the codes and the
   * user's wrong ones. All in one step: no answer leaves before the try is counted for good.
   */
  tryCode(one: CodeTry): Promise<TriedCode>;
  findCompletion(key: ChallengeKey): Promise<Completion | undefined>;
  /** Marks the evaluation as an attack and replaces the user's history. `known`: it was marked before, nothing changed. */
  reportAttack(
    key: ChallengeKey & {
      readonly now: Instant;
      readonly evaluationId: string;
      readonly userKey: string;
      readonly userVersion: number;
      readonly history: History;
    },
  ): Promise<"reported" | "known" | "conflict">;
  /** verified → completed, together with the user's new history; only while the user's row still has the version that was read. */
  complete(
    key: ChallengeKey & {
      readonly now: Instant;
      readonly userKey: string;
      readonly userVersion: number;
      readonly history: History;
      /** To be kept in the same breath. */
      readonly notice: Notice | undefined;
    },
  ): Promise<boolean>;
}
