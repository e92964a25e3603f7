import type { FeedbackLabel } from "../../risk/feedback.js";
import type { FeedbackStore } from "../feedback-store.js";
import type { Database } from "./database.js";
import { guarded } from "./faults.js";
import { decodeHistory, encodeHistory, type StoredHistory, type StoredLesson } from "./history-codec.js";

interface Row {
  user_key: string;
  lesson: StoredLesson | null;
  at: number;
  learnt: boolean;
  label: FeedbackLabel | null;
  version: number | null;
  history: StoredHistory | null;
}

/** Feedback in PostgreSQL. */
export function postgresFeedbackStore(sql: Database): FeedbackStore {
  return {
    find: (projectId, evaluationId) =>
      guarded(async () => {
        const [row] = await sql<Row[]>`
          select e.user_key, e.lesson, coalesce(e.occurred_at, e.created_at) as at, f.label, u.version, u.history,
            e.outcome = 'succeeded' and (e.verdict = 'allow' or coalesce(c.status = 'completed', false)) as learnt
          from evaluations e
          left join users u on u.project_id = e.project_id and u.user_key = e.user_key
          left join challenges c on c.project_id = e.project_id and c.challenge_id = e.challenge_id
          left join feedback f on f.project_id = e.project_id and f.evaluation_id = e.evaluation_id
          where e.project_id = ${projectId} and e.evaluation_id = ${evaluationId}`;
        if (row === undefined) return undefined;
        return {
          userKey: row.user_key,
          lesson: row.lesson ?? { at: row.at },
          learnt: row.learnt,
          label: row.label ?? undefined,
          userVersion: row.version ?? 0,
          history: decodeHistory(row.history),
        };
      }),

    put: ({ projectId, evaluationId, userKey, userVersion, label, newLabel, newHistory, now }) =>
      guarded(async () => {
        const rows = await sql`
          with taught as (
            update users set version = version + 1, history = ${sql.json({ ...encodeHistory(newHistory) } as never)}
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
