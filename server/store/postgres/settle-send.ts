import { createBatch } from "../../batch.js";
import type { ChallengeKey, ChallengeStore } from "../challenge-store.js";
import type { Database } from "./database.js";
import { guarded } from "./faults.js";
import { doubtfulCodes } from "./reserve-send.js";

/** What follows a reserved sending, in PostgreSQL. */
export function settleSend(
  sql: Database,
): Pick<ChallengeStore, "confirmSend" | "refundSend" | "creditMessages" | "noteDelivery" | "findDelivery"> {
  /** The budget rows that deliveries were charged to, with how many messages of them each row counts; locked in the order of all who lock them. */
  const chargedRows = (deliveries: ReturnType<Database>) => sql`
    charges as materialized (
      select d.project_id, k as budget_key, w.seconds as window_seconds,
        to_timestamp(floor(extract(epoch from d.created_at) / w.seconds) * w.seconds) as window_at, count(*)::int as messages
      from (${deliveries}) d, unnest(d.charges) as k, (values (3600), (86400)) as w (seconds)
      group by 1, 2, 3, 4),
    locked as materialized (
      select b.project_id, b.budget_key, b.window_seconds, b.window_at, c.messages
      from message_budgets b
      join charges c using (project_id, budget_key, window_seconds, window_at)
      order by b.budget_key, b.window_seconds, b.window_at
      for update of b)`;

  const credit = createBatch<ChallengeKey, void>({
    run: (keys) =>
      guarded(async () => {
        const projectId = keys[0]?.projectId ?? null;
        const ids = keys.map(({ challengeId }) => challengeId);
        await sql`
          with ${chargedRows(sql`
            select project_id, charges, created_at from deliveries
            where project_id = ${projectId}::uuid and challenge_id = any (${ids}::uuid[])`)}
          update message_budgets b set verified = verified + l.messages
          from locked l
          where b.project_id = ${projectId}::uuid and b.budget_key = l.budget_key and b.window_seconds = l.window_seconds
            and b.window_at = l.window_at`;
        return keys.map(() => undefined);
      }),
    group: ({ projectId }) => projectId,
    takes: ({ challengeId }) => challengeId,
    worksOn: () => undefined,
    expired: () => undefined,
    maxBatch: 256,
    maxInFlight: 1,
    maxWaiting: 10_000,
    alone: () => false,
  });

  return {
    confirmSend: ({ projectId, challengeId, deliveryId, codeHash, now, provider, reference }) =>
      guarded(async () => {
        await sql`
          with noted as (
            update deliveries
            set status = case when status = 'pending' then 'sent' else status end, provider = ${provider},
              reference = ${reference ?? null}::text, updated_at = ${now}
            where project_id = ${projectId} and challenge_id = ${challengeId} and delivery_id = ${deliveryId})
          update challenges
          set status = 'sent', code_hash = ${codeHash}, pending_code_hash = nullif(pending_code_hash, ${codeHash}),
            doubtful_code_hashes = '{}'
          where project_id = ${projectId} and challenge_id = ${challengeId} and status in ('created', 'sent')
            and (pending_code_hash = ${codeHash} or ${codeHash} = any (doubtful_code_hashes))`;
      }),

    refundSend: ({ projectId, challengeId, deliveryId, codeHash, now, outcome }) =>
      guarded(async () => {
        const refused = outcome === "refused";
        await sql`
          with person as materialized (
            select user_key from users
            where project_id = ${projectId}
              and user_key = (select user_key from challenges where project_id = ${projectId} and challenge_id = ${challengeId})
            for update),
          returned as (
            update challenges
            set sends = sends - 1, next_send_at = null, pending_code_hash = null,
              doubtful_code_hashes = (pending_code_hash || doubtful_code_hashes)[1:${doubtfulCodes}::int]
            where project_id = ${projectId} and challenge_id = ${challengeId} and status in ('created', 'sent')
              and pending_code_hash = ${codeHash} and exists (select from person)),
          failed as (
            select project_id, charges, created_at from deliveries
            where project_id = ${projectId} and challenge_id = ${challengeId} and delivery_id = ${deliveryId}
              and status = 'pending' and exists (select from person)
            for update),
          ${chargedRows(sql`select project_id, charges, created_at from failed where ${refused}`)},
          uncharged as (
            update message_budgets b set sent = greatest(sent - l.messages, 0)
            from locked l
            where b.project_id = ${projectId} and b.budget_key = l.budget_key and b.window_seconds = l.window_seconds
              and b.window_at = l.window_at),
          uncounted as (
            update users set unused_messages = greatest(unused_messages - 1, 0), messages_paused_until = null
            where project_id = ${projectId} and user_key = (select user_key from person) and ${refused}
              and exists (select from failed))
          update deliveries
          set status = ${refused ? "failed" : "unknown"}, updated_at = ${now}, charges = case when ${refused} then '{}' else charges end
          where project_id = ${projectId} and challenge_id = ${challengeId} and delivery_id = ${deliveryId}
            and status = 'pending' and exists (select from failed)`;
      }),

    creditMessages: credit,

    noteDelivery: ({ projectId, challengeId, deliveryId, status, errorCode, now }) =>
      guarded(async () => {
        await sql`
          update deliveries set status = ${status}, error_code = ${errorCode ?? null}::text, updated_at = ${now}
          where project_id = ${projectId} and challenge_id = ${challengeId} and delivery_id = ${deliveryId}
            and (status in ('pending', 'unknown') or (status = 'sent' and ${status} <> 'sent'))`;
      }),

    findDelivery: ({ projectId, challengeId }) =>
      guarded(async () => {
        const [row] = await sql<
          {
            channel: "email" | "sms";
            status: "pending" | "sent" | "delivered" | "failed" | "unknown";
            provider: string | null;
            error_code: string | null;
            updated_at: number;
          }[]
        >`
          select d.channel, d.status, d.provider, d.error_code, d.updated_at
          from challenges c
          join deliveries d on d.project_id = c.project_id and d.challenge_id = c.challenge_id and d.delivery_id = c.delivery_id
          where c.project_id = ${projectId} and c.challenge_id = ${challengeId}`;
        if (row === undefined) return undefined;
        return {
          channel: row.channel,
          status: row.status,
          provider: row.provider ?? undefined,
          errorCode: row.error_code ?? undefined,
          updatedAt: row.updated_at,
        };
      }),
  };
}
