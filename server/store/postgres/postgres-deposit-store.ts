import type { DepositStore } from "../deposit-store.js";
import type { Database } from "./database.js";
import { guarded } from "./faults.js";

/** How long an expired deposit stays, so that a late caller learns that it came late. */
const graceMs = 3_600_000;
/** Each deposit takes this many old rows with it, so that the tables stay as small as the traffic. */
const removedEach = 3;

/** Deposits in PostgreSQL. */
export function postgresDepositStore(sql: Database): DepositStore {
  return {
    keep: (
      { projectId, evaluationId, challengeId, sealed, expiresAt },
      { addressHash, max, windowMs },
      now,
    ) =>
      guarded(async () => {
        const [row] = await sql<{ kept: boolean; ends_at: number | null }[]>`
          with spent as (
            insert into browser_budgets as b (project_id, address_hash, used, ends_at)
            values (${projectId}, ${addressHash}, 1, ${now + windowMs})
            on conflict (project_id, address_hash) do update
            set used = case when b.ends_at <= ${now} then 1 else b.used + 1 end,
              ends_at = case when b.ends_at <= ${now} then excluded.ends_at else b.ends_at end
            where b.ends_at <= ${now} or b.used < ${max}::int
            returning 1),
          kept as (
            insert into browser_deposits (project_id, evaluation_id, challenge_id, sealed, expires_at)
            select ${projectId}::uuid, ${evaluationId}::uuid, ${challengeId}::uuid, ${sealed}::text, ${expiresAt}::timestamptz
            from spent
            returning 1),
          old_deposits as (
            delete from browser_deposits where (project_id, evaluation_id) in (
              select project_id, evaluation_id from browser_deposits
              where project_id = ${projectId} and expires_at < ${now - graceMs}
              order by expires_at limit ${removedEach} for update skip locked)),
          old_budgets as (
            delete from browser_budgets where (project_id, address_hash) in (
              select project_id, address_hash from browser_budgets
              where project_id = ${projectId} and ends_at < ${now - graceMs} and address_hash <> ${addressHash}
              order by ends_at limit ${removedEach} for update skip locked))
          select exists (select from kept) as kept,
            (select ends_at from browser_budgets where project_id = ${projectId} and address_hash = ${addressHash}) as ends_at`;
        return row?.kept === true ? undefined : (row?.ends_at ?? now + windowMs);
      }),

    find: (projectId, evaluationId) =>
      guarded(async () => {
        const [row] = await sql<{ challenge_id: string; sealed: string; expires_at: number }[]>`
          select challenge_id, sealed, expires_at from browser_deposits
          where project_id = ${projectId} and evaluation_id = ${evaluationId}`;
        if (row === undefined) return undefined;
        const { challenge_id: challengeId, sealed, expires_at: expiresAt } = row;
        return { projectId, evaluationId, challengeId, sealed, expiresAt };
      }),
  };
}
