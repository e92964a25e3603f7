import { AppError } from "../errors.js";
import { recollect } from "../risk/recollect.js";
import type { Signal } from "../risk/words.js";
import type { EvaluationStore, KeptEvaluation, Page, PageQuery } from "../store/evaluation-store.js";
import type { Project } from "../store/project-store.js";

/** One judged attempt with its signals as they are shown. */
export interface Evaluation extends Omit<KeptEvaluation, "signals"> {
  readonly signals: readonly Signal[];
}

/** A kept evaluation with its signals, drawn from its facts. */
export function recollected(kept: KeptEvaluation): Evaluation {
  return { ...kept, signals: recollect(kept.trace.facts, kept.signals) };
}

/** Reads stored evaluations. */
export interface ReadEvaluations {
  get(project: Project, evaluationId: string): Promise<Evaluation>;
  list(project: Project, query: PageQuery & { readonly user: string | undefined }): Promise<Page<Evaluation>>;
}

/** Makes the reading side of evaluations. */
export function createReadEvaluations(evaluations: EvaluationStore): ReadEvaluations {
  return {
    async get({ projectId }, evaluationId) {
      const evaluation = await evaluations.find(projectId, evaluationId);
      if (evaluation === undefined)
        throw new AppError("evaluation_not_found", "There is no such evaluation in this project.");
      return recollected(evaluation);
    },
    async list({ projectId }, { page, limit, user }) {
      const { data, total } = await evaluations.list(projectId, { page, limit, userKey: user });
      return { data: data.map(recollected), total };
    },
  };
}
