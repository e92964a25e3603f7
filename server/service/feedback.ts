import type { Clock } from "../clock.js";
import { AppError } from "../errors.js";
import { afterAttacker, afterOwner, type FeedbackLabel } from "../risk/feedback.js";
import type { FeedbackStore } from "../store/feedback-store.js";
import type { Project } from "../store/project-store.js";
import { lessonOf } from "./lessons.js";

/** Says whose attempt an evaluation was, and corrects what was learnt from it. Safe to repeat; the last word holds. */
export type GiveFeedback = (
  project: Project,
  feedback: { readonly evaluationId: string; readonly label: FeedbackLabel },
) => Promise<void>;

/** How often it starts anew when others of the same user come in between. */
const maxRounds = 20;

/** Makes GiveFeedback: read what was learnt, then correct it and keep the word in one statement. */
export function createGiveFeedback({
  clock,
  feedback,
}: {
  clock: Clock;
  feedback: FeedbackStore;
}): GiveFeedback {
  return async ({ projectId }, { evaluationId, label }) => {
    for (let round = 0; round < maxRounds; round++) {
      const found = await feedback.find(projectId, evaluationId);
      if (found === undefined)
        throw new AppError("evaluation_not_found", "There is no such evaluation in this project.");
      if (found.label === label) return;
      const { history, evaluation, learnt } = found;
      const lesson = lessonOf(evaluation.trace.facts.observation, evaluation.eventTime);
      // What was said before has taught, or taken back.
      const taught = found.label === undefined ? learnt : found.label === "owner";
      const newHistory =
        label === "attacker" ? afterAttacker(history, lesson, taught) : afterOwner(history, lesson, taught);
      const said = { projectId, evaluationId, newLabel: label, newHistory, now: clock.now() };
      if (await feedback.put({ ...found, ...said })) return;
    }
    throw new AppError("conflict", "Too many attempts of this user at the same instant; try again.", {
      retryAfterSeconds: 1,
    });
  };
}
