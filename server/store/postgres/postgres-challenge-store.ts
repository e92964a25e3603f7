import type { Lesson } from "../../risk/history.js";
import type { ChallengeStore } from "../challenge-store.js";
import { type ChallengeRow, challengeColumns, toChallenge } from "./challenge-row.js";
import type { Database } from "./database.js";
import { guarded } from "./faults.js";
import { decodeHistory } from "./history-codec.js";
import { historyColumns } from "./history-columns.js";
import { countLimit } from "./paging.js";
import { reserveSend } from "./reserve-send.js";
import { settleSend } from "./settle-send.js";
import { tryCode } from "./try-code.js";

/** Challenges in PostgreSQL. */
export function postgresChallengeStore(sql: Database): ChallengeStore {
  const columns = challengeColumns(sql);

  return {
    find: ({ projectId, challengeId }) =>
      guarded(async () => {
        const [row] = await sql<
          (ChallengeRow & {
            failed_codes: number;
            codes_paused_until: number | null;
            messages_paused_until: number | null;
            address_key: string | null;
          })[]
        >`
          select ${columns}, u.failed_codes, u.codes_paused_until, u.messages_paused_until,
            c.lesson ->> 'addressKey' as address_key
          from challenges c join users u on u.project_id = c.project_id and u.user_key = c.user_key
          where c.project_id = ${projectId} and c.challenge_id = ${challengeId}`;
        if (row === undefined) return undefined;
        return {
          ...toChallenge(row),
          addressKey: row.address_key ?? undefined,
          pause: {
            failedCodes: row.failed_codes,
            pausedUntil: row.codes_paused_until ?? undefined,
            messagesPausedUntil: row.messages_paused_until ?? undefined,
          },
        };
      }),

    list: (projectId, { page, limit }) =>
      guarded(async () => {
        const [rows, [count]] = await Promise.all([
          sql<ChallengeRow[]>`
            select ${columns} from challenges c where c.project_id = ${projectId}
            order by c.challenge_id desc limit ${limit} offset ${(page - 1) * limit}`,
          sql<{ total: number }[]>`
            select count(*) as total
            from (select from challenges where project_id = ${projectId} limit ${countLimit}) counted`,
        ]);
        return { data: rows.map(toChallenge), total: count?.total ?? 0 };
      }),

    reserveSend: reserveSend(sql),

    ...settleSend(sql),

    tryCode: tryCode(sql),

    findCompletion: ({ projectId, challengeId }) =>
      guarded(async () => {
        const [row] = await sql<
          (ChallengeRow & {
            lesson: Lesson;
            version: number;
            devices: string[];
            memory: Uint8Array;
            reported: boolean;
          })[]
        >`
          select ${columns}, c.lesson, u.version, u.devices, u.memory,
            exists (
              select from attack_reports r where r.project_id = c.project_id and r.evaluation_id = c.evaluation_id)
            or exists (
              select from feedback f
              where f.project_id = c.project_id and f.evaluation_id = c.evaluation_id and f.label = 'attacker') as reported
          from challenges c join users u on u.project_id = c.project_id and u.user_key = c.user_key
          where c.project_id = ${projectId} and c.challenge_id = ${challengeId}`;
        if (row === undefined) return undefined;
        return {
          challenge: toChallenge(row),
          lesson: row.lesson,
          userVersion: row.version,
          history: decodeHistory(row),
          reported: row.reported,
        };
      }),

    reportAttack: ({ projectId, challengeId, now, evaluationId, userKey, userVersion, history }) =>
      guarded(async () => {
        const [row] = await sql<{ reported: boolean; known: boolean }[]>`
          with before as (
            select from attack_reports where project_id = ${projectId} and evaluation_id = ${evaluationId}),
          untaught as (
            update users set version = version + 1, ${historyColumns(sql, history)}
            where project_id = ${projectId} and user_key = ${userKey} and version = ${userVersion} and not exists (select from before)
            returning 1),
          marked as (
            insert into attack_reports (project_id, evaluation_id, challenge_id, user_key, reported_at)
            select ${projectId}::uuid, ${evaluationId}::uuid, ${challengeId}::uuid, ${userKey}, ${now}::timestamptz from untaught
            on conflict do nothing)
          select exists (select from untaught) as reported, exists (select from before) as known`;
        if (row?.known) return "known";
        return row?.reported ? "reported" : "conflict";
      }),

    complete: ({ projectId, challengeId, now, userKey, userVersion, history, notice }) =>
      guarded(async () => {
        const rows = await sql`
          with taught as (
            update users set version = version + 1, ${historyColumns(sql, history)}
            where project_id = ${projectId} and user_key = ${userKey} and version = ${userVersion}
              and exists (
                select from challenges
                where project_id = ${projectId} and challenge_id = ${challengeId} and status = 'verified' and expires_at > ${now})
            returning 1),
          done as (
            update challenges set status = 'completed', completed_at = ${now}
            where project_id = ${projectId} and challenge_id = ${challengeId} and status = 'verified' and exists (select from taught)
            returning evaluation_id),
          noticed as (
            insert into notices (project_id, notice_id, kind, channel, contact, language, evaluation_id, challenge_id, due_at,
              created_at)
            select ${projectId}::uuid, ${notice?.noticeId ?? null}::uuid, ${notice?.kind ?? null}::text,
              ${notice?.channel ?? null}::text, ${notice?.contact ?? null}::text, ${notice?.language ?? null}::text,
              evaluation_id, ${challengeId}::uuid, ${now}::timestamptz, ${now}::timestamptz
            from done where ${notice !== undefined})
          select from done`;
        return rows.length === 1;
      }),
  };
}
