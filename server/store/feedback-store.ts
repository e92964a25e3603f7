import type { Instant } from "../clock.js";
import type { FeedbackLabel } from "../risk/feedback.js";
import type { History } from "../risk/history.js";
import type { KeptEvaluation } from "./evaluation-store.js";

/** An evaluation beside what was said of it and what is known of its user. */
export interface Reported {
  readonly userKey: string;
  readonly evaluation: KeptEvaluation;
  /** The attempt was learnt when it happened, or when its challenge was completed. */
  readonly learnt: boolean;
  /** What was said of it before. */
  readonly label: FeedbackLabel | undefined;
  /** 0: the user is not known any more. */
  readonly userVersion: number;
  readonly history: History;
}

/** What was said of evaluations. */
export interface FeedbackStore {
  /** Undefined when the project has no such evaluation. */
  find(projectId: string, evaluationId: string): Promise<Reported | undefined>;
  /**
   * Keeps what was said together with the user's new history; answers false, and keeps nothing, when the user's row or what was said has changed
   * since `find`.
   */
  put(
    feedback: Reported & {
      readonly projectId: string;
      readonly evaluationId: string;
      readonly newLabel: FeedbackLabel;
      readonly newHistory: History;
      readonly now: Instant;
    },
  ): Promise<boolean>;
}
