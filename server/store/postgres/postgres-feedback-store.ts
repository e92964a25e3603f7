import type { FeedbackLabel } from "../../risk/feedback.js";
import type { FeedbackStore } from "../feedback-store.js";
import type { Database } from "./database.js";
import { decodeEvaluation, type EvaluationRow } from "./evaluation-codec.js";
import { guarded } from "./faults.js";
import { createGeoBuilds } from "./geo-builds.js";
import { decodeHistory } from "./history-codec.js";
import { historyColumns } from "./history-columns.js";

interface Row extends EvaluationRow {
  learnt: boolean;
  label: FeedbackLabel | null;
  version: number | null;
  devices: string[] | null;
  memory: Uint8Array | null;
}

/** Feedback in PostgreSQL. */
export function postgresFeedbackStore(sql: Database): FeedbackStore {
  const builds = createGeoBuilds(sql);
  return {
    find: (projectId, evaluationId) =>
      guarded(async () => {
        const [row] = await sql<Row[]>`
          select e.*, f.label, u.version, u.devices, u.memory,
            not e.failed and (e.verdict = 'allow' or coalesce(c.status = 'completed', false)) as learnt
          from evaluations e
          left join users u on u.project_id = e.project_id and u.user_key = e.user_key
          left join challenges c on c.project_id = e.project_id and c.evaluation_id = e.evaluation_id and c.user_key = e.user_key
          left join feedback f on f.project_id = e.project_id and f.evaluation_id = e.evaluation_id
          where e.project_id = ${projectId} and e.evaluation_id = ${evaluationId}`;
        if (row === undefined) return undefined;
        const { devices, memory } = row;
        return {
          evaluation: await decodeEvaluation(row, builds),
          userKey: row.user_key,
          learnt: row.learnt,
          label: row.label ?? undefined,
          userVersion: row.version ?? 0,
          history: decodeHistory(devices === null || memory === null ? undefined : { devices, memory }),
        };
      }),

    put: ({ projectId, evaluationId, userKey, userVersion, label, newLabel, newHistory, now }) =>
      guarded(async () => {
        const rows = await sql`
          with taught as (
            update users set version = version + 1, ${historyColumns(sql, newHistory)}
            where project_id = ${projectId} and user_key = ${userKey} and version = ${userVersion}
              and not exists (
                select from feedback
                where project_id = ${projectId} and evaluation_id = ${evaluationId}
                  and label is distinct from ${label ?? null}::text)
            returning 1)
          insert into feedback (project_id, evaluation_id, user_key, label, reported_at)
          select ${projectId}::uuid, ${evaluationId}::uuid, ${userKey}, ${newLabel}, ${now}::timestamptz
          where ${userVersion} = 0 or exists (select from taught)
          on conflict (project_id, evaluation_id) do update set label = excluded.label, reported_at = excluded.reported_at
          returning 1`;
        return rows.length === 1;
      }),
  };
}
