import { createBatch } from "../../batch.js";
import type { ChallengeKey, ChallengeStore, Confirmation } from "../challenge-store.js";
import { byteas, instants, plain, texts } from "./array-literals.js";
import type { Database } from "./database.js";
import { guarded, isBadValue } from "./faults.js";
import { doubtfulCodes } from "./reserve-send.js";

/** What follows a reserved sending, in PostgreSQL. */
export function settleSend(
  sql: Database,
): Pick<ChallengeStore, "confirmSend" | "refundSend" | "creditMessages" | "noteDelivery" | "findDelivery"> {
  /** The budget rows that deliveries were charged to, with how many messages of them each row counts; locked in the order of all who lock them. */
  const chargedRows = (deliveries: ReturnType<Database>) => sql`
    charges as materialized (
      select d.project_id, k as budget_key, w.seconds as window_seconds,
        date_bin(make_interval(secs => w.seconds), d.created_at, timestamptz 'epoch') as window_at, count(*)::int as messages
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
    // Nobody waits for it, and its statements would take the processor from the codes that are tried meanwhile.
    gatherMs: 50,
    alone: () => false,
  });

  const at = sql`array_position(l.ids, c.challenge_id)`;
  const confirm = createBatch<Confirmation, void>({
    run: (sendings) =>
      guarded(async () => {
        const projectId = sendings[0]?.projectId ?? null;
        const ids = plain(sendings.map(({ challengeId }) => challengeId));
        const mine = sql`c.project_id = ${projectId} and c.challenge_id = any (${ids}::text::uuid[])`;
        await sql`
          with list as materialized (
            select ${ids}::text::uuid[] as ids, ${plain(sendings.map(({ deliveryId }) => deliveryId))}::text::uuid[] as delivery_ids,
              ${byteas(sendings.map(({ codeHash }) => codeHash))}::text::bytea[] as codes,
              ${texts(sendings.map(({ provider }) => provider))}::text::text[] as providers,
              ${texts(sendings.map(({ reference }) => reference))}::text::text[] as refs,
              ${instants(sendings.map(({ now }) => now))}::text::timestamptz[] as instants),
          person as materialized (
            select u.user_key from users u
            where u.project_id = ${projectId} and u.user_key = any (array(select c.user_key from challenges c where ${mine}))
            order by u.user_key
            for update),
          noted as (
            update deliveries c
            set status = case when c.status = 'pending' then 'sent' else c.status end, provider = l.providers[${at}],
              reference = l.refs[${at}], updated_at = l.instants[${at}]
            from list l
            where ${mine} and c.delivery_id = l.delivery_ids[${at}] and (select count(*) from person) > 0)
          update challenges c
          set status = 'sent', code_hash = l.codes[${at}], pending_code_hash = nullif(c.pending_code_hash, l.codes[${at}]),
            doubtful_code_hashes = '{}'
          from list l
          where ${mine} and c.status in ('created', 'sent') and (select count(*) from person) > 0
            and (c.pending_code_hash = l.codes[${at}] or l.codes[${at}] = any (c.doubtful_code_hashes))`;
        return sendings.map(() => undefined);
      }),
    group: ({ projectId }) => projectId,
    takes: ({ challengeId }) => challengeId,
    worksOn: () => undefined,
    expired: () => undefined,
    maxBatch: 64,
    maxInFlight: 1,
    maxWaiting: 10_000,
    alone: isBadValue,
  });

  return {
    confirmSend: confirm,

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
