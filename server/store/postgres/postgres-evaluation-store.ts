import type { EvaluationStore } from "../evaluation-store.js";
import type { Database } from "./database.js";
import { decodeEvaluation, type EvaluationRow } from "./evaluation-codec.js";
import { ofUser } from "./evaluations-of-user.js";
import { guarded } from "./faults.js";
import { createGeoBuilds } from "./geo-builds.js";
import { countLimit } from "./paging.js";
import { recallBatch } from "./recall-batch.js";
import { recordBatch } from "./record-batch.js";

/** Evaluations, and what judging needs, in PostgreSQL. */
export function postgresEvaluationStore(sql: Database): EvaluationStore {
  const builds = createGeoBuilds(sql);
  const columns = sql`project_id, evaluation_id, user_key, action, failed, verdict, device_id, metadata, body`;

  return {
    recall: recallBatch(sql),
    record: recordBatch(sql, builds),

    find: (projectId, evaluationId) =>
      guarded(async () => {
        const [row] = await sql<EvaluationRow[]>`
          select ${columns} from evaluations where project_id = ${projectId} and evaluation_id = ${evaluationId}`;
        return row === undefined ? undefined : decodeEvaluation(row, builds);
      }),

    list: (projectId, { page, limit, userKey }) =>
      guarded(async () => {
        const which =
          userKey === undefined ? sql`project_id = ${projectId}` : ofUser(sql, projectId, userKey);
        const [rows, [count]] = await Promise.all([
          sql<EvaluationRow[]>`
            select ${columns} from evaluations where ${which}
            order by evaluation_id desc limit ${limit} offset ${(page - 1) * limit}`,
          sql<{ total: number }[]>`
            select count(*) as total from (select from evaluations where ${which} limit ${countLimit}) counted`,
        ]);
        return {
          data: await Promise.all(rows.map((row) => decodeEvaluation(row, builds))),
          total: count?.total ?? 0,
        };
      }),
  };
}
