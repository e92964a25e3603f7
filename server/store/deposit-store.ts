import type { Instant } from "../clock.js";

/** What a browser has handed in, not judged yet. */
export interface Deposit {
  readonly projectId: string;
  /** The id that its evaluation will have. */
  readonly evaluationId: string;
  /** The id that its challenge will have, if one is asked. */
  readonly challengeId: string;
  /** The attempt, encrypted. */
  readonly sealed: string;
  readonly expiresAt: Instant;
}

/** How much one address may hand in. */
export interface DepositBudget {
  /** Keyed hash of the address. */
  readonly addressHash: Uint8Array;
  readonly max: number;
  readonly windowMs: number;
}

/** What browsers hand in until it is consumed. */
export interface DepositStore {
  /** Keeps a deposit and counts it, in one statement; when the budget is used up, keeps nothing and answers when it is renewed. */
  keep(deposit: Deposit, budget: DepositBudget, now: Instant): Promise<Instant | undefined>;
  /** The deposit, also when it has expired, until it is removed. */
  find(projectId: string, evaluationId: string): Promise<Deposit | undefined>;
}
