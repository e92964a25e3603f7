import type { ChannelName, Language } from "../../challenge/challenge.js";
import type { Notice, NoticeStore } from "../notice-store.js";
import type { Database } from "./database.js";
import { guarded } from "./faults.js";

interface NoticeRow {
  kind: Notice["kind"];
  channel: ChannelName;
  contact: string;
  language: Language | null;
  evaluation_id: string;
  challenge_id: string | null;
  changed: ChannelName | null;
  created_at: number;
  tries: number;
  evaluated: boolean;
}

/** Notices in PostgreSQL. */
export function postgresNoticeStore(sql: Database): NoticeStore {
  return {
    add: (notice, dueAt) =>
      guarded(async () => {
        await sql`
          insert into notices (project_id, notice_id, kind, channel, contact, language, evaluation_id, challenge_id, changed,
            due_at, created_at)
          values (${notice.projectId}, ${notice.noticeId}, ${notice.kind}, ${notice.channel}, ${notice.contact},
            ${notice.language ?? null}, ${notice.evaluationId}, ${notice.challengeId ?? null}, ${notice.changed ?? null},
            ${dueAt}, ${notice.createdAt})`;
      }),

    due: (now, limit) =>
      guarded(async () => {
        const rows = await sql<{ project_id: string; notice_id: string }[]>`
          select project_id, notice_id from notices where due_at <= ${now} order by due_at limit ${limit}`;
        return rows.map((row) => ({ projectId: row.project_id, noticeId: row.notice_id }));
      }),

    claim: ({ projectId, noticeId, now, leaseUntil, early }) =>
      guarded(async () => {
        const [row] = await sql<NoticeRow[]>`
          update notices n set due_at = ${leaseUntil}, tries = tries + 1
          where project_id = ${projectId} and notice_id = ${noticeId} and (due_at <= ${now} or (${early} and tries = 0))
          returning kind, channel, contact, language, evaluation_id, challenge_id, changed, created_at, tries,
            exists (select from evaluations e where e.project_id = n.project_id and e.evaluation_id = n.evaluation_id) as evaluated`;
        if (row === undefined) return undefined;
        return {
          projectId,
          noticeId,
          kind: row.kind,
          channel: row.channel,
          contact: row.contact,
          language: row.language ?? undefined,
          evaluationId: row.evaluation_id,
          challengeId: row.challenge_id ?? undefined,
          changed: row.changed ?? undefined,
          createdAt: row.created_at,
          tries: row.tries,
          evaluated: row.evaluated,
        };
      }),

    putOff: ({ projectId, noticeId }, dueAt) =>
      guarded(async () => {
        await sql`update notices set due_at = ${dueAt} where project_id = ${projectId} and notice_id = ${noticeId}`;
      }),

    remove: ({ projectId, noticeId }) =>
      guarded(async () => {
        await sql`delete from notices where project_id = ${projectId} and notice_id = ${noticeId}`;
      }),
  };
}
