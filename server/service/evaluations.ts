import { AppError } from "../errors.js";
import type { Evaluation, EvaluationStore, Page, PageQuery } from "../store/evaluation-store.js";
import type { Project } from "../store/project-store.js";

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
      return evaluation;
    },
    list: ({ projectId }, { page, limit, user }) =>
      evaluations.list(projectId, { page, limit, userKey: user }),
  };
}
