import { budgetWindows, windowAt } from "../../challenge/budgets.js";
import type { Reservation, Reserved } from "../challenge-store.js";
import type { Database } from "./database.js";

/** Of how many failed sendings the codes stay good. */
export const doubtfulCodes = 2;

interface VerdictRow {
  held: boolean;
  missing: boolean;
  spent: string[];
}

/** The rows of the reservation's budgets in the present hour and day. */
function budgetRows(sql: Database, { projectId, budgets, now }: Reservation) {
  const hour = windowAt(now, budgetWindows.hour);
  const day = windowAt(now, budgetWindows.day);
  return sql`
    project_id = ${projectId} and budget_key = any (${budgets.map(({ key }) => key)}::text[])
    and ((window_seconds = 3600 and window_at = ${hour}) or (window_seconds = 86400 and window_at = ${day}))`;
}

/** Makes the rows that a reservation found missing, so that it can lock them. */
async function makeBudgetRows(sql: Database, { projectId, budgets, now }: Reservation): Promise<void> {
  await sql`
    insert into message_budgets (project_id, budget_key, window_seconds, window_at)
    select ${projectId}::uuid, k.budget_key, w.seconds, w.at
    from unnest(${budgets.map(({ key }) => key)}::text[]) as k (budget_key),
      (values (3600, ${windowAt(now, budgetWindows.hour)}::timestamptz), (86400, ${windowAt(now, budgetWindows.day)}::timestamptz)) as w (seconds, at)
    order by k.budget_key, w.seconds
    on conflict do nothing`;
}

/** One guarded statement: lock user, challenge and budgets, in this order; look; then change all of them or nothing. */
async function tryReserve(sql: Database, reservation: Reservation): Promise<VerdictRow | undefined> {
  const { projectId, challengeId, deliveryId, channel, language, codeHash, now, budgets } = reservation;
  const rows = budgetRows(sql, reservation);
  const yesterday = windowAt(now, budgetWindows.day) - budgetWindows.day;
  const [verdict] = await sql<VerdictRow[]>`
    with person as materialized (
      select user_key from users
      where project_id = ${projectId}
        and user_key = (select user_key from challenges where project_id = ${projectId} and challenge_id = ${challengeId})
        and (codes_paused_until is null or codes_paused_until <= ${now})
        and (messages_paused_until is null or messages_paused_until <= ${now})
      for update),
    held as materialized (
      select challenge_id from challenges
      where project_id = ${projectId} and challenge_id = ${challengeId} and status in ('created', 'sent')
        and attempts < max_attempts and sends < max_sends and expires_at > ${now}
        and (next_send_at is null or next_send_at <= ${now}) and exists (select from person)
      for update),
    locked as materialized (
      select budget_key, window_seconds, sent - verified as unused, verified from message_budgets
      where ${rows} and exists (select from held)
      order by budget_key, window_seconds
      for update),
    judged as materialized (
      select w.budget_key, h.budget_key is null or d.budget_key is null as missing,
        h.unused >= w.per_hour and d.unused >= w.per_day
          and d.unused::bigint * 100 >= ${reservation.unusedPercent}::bigint * (d.verified + coalesce(y.verified, 0)) as spent
      from unnest(${budgets.map(({ key }) => key)}::text[], ${budgets.map(({ perHour }) => perHour)}::int[],
        ${budgets.map(({ perDay }) => perDay)}::int[]) as w (budget_key, per_hour, per_day)
      left join locked h on h.budget_key = w.budget_key and h.window_seconds = 3600
      left join locked d on d.budget_key = w.budget_key and d.window_seconds = 86400
      left join message_budgets y on y.project_id = ${projectId} and y.budget_key = w.budget_key and y.window_seconds = 86400
        and y.window_at = ${yesterday}
      where exists (select from held)),
    verdict as materialized (
      select count(*) > 0 as held, coalesce(bool_or(missing), false) as missing,
        coalesce(array_agg(budget_key) filter (where spent), '{}') as spent
      from judged),
    granted as materialized (select from verdict where held and not missing and spent = '{}'),
    charged as (
      update message_budgets set sent = sent + 1 where ${rows} and exists (select from granted)),
    noted as (
      insert into deliveries (project_id, challenge_id, delivery_id, channel, status, charges, created_at, updated_at)
      select ${projectId}::uuid, ${challengeId}::uuid, ${deliveryId}::uuid, ${channel}, 'pending',
        ${budgets.map(({ key }) => key)}::text[], ${now}::timestamptz, ${now}::timestamptz
      from granted),
    counted as (
      update users
      set unused_messages = unused_messages + 1,
        messages_paused_until = ${now}::timestamptz + make_interval(secs =>
          (${[...reservation.pauses]}::int[])[least(unused_messages + 2 - ${reservation.maxUnusedMessages}::int, ${reservation.pauses.length}::int)])
      where project_id = ${projectId} and user_key = (select user_key from person) and exists (select from granted)),
    reserved as (
      update challenges
      set sends = sends + 1, channel = ${channel}, language = ${language}, delivery_id = ${deliveryId},
        pending_code_hash = ${codeHash}, expires_at = ${reservation.expiresAt}, next_send_at = ${reservation.nextSendAt},
        doubtful_code_hashes = (array_remove(array[pending_code_hash], null) || doubtful_code_hashes)[1:${doubtfulCodes}::int]
      where project_id = ${projectId} and challenge_id = ${challengeId} and exists (select from granted))
    select held, missing, spent from verdict`;
  return verdict;
}

/** Rows of a new hour or day are made once, by whoever comes first; a few rounds are enough, since they are not removed while they count. */
const maxRounds = 3;

/** Reserves one sending, see `ChallengeStore.reserveSend`. */
export async function reserveSend(sql: Database, reservation: Reservation): Promise<Reserved> {
  for (let round = 0; round < maxRounds; round++) {
    const verdict = await tryReserve(sql, reservation);
    if (verdict === undefined || !verdict.held) return { outcome: "refused" };
    if (verdict.spent.length > 0) return { outcome: "spent", keys: verdict.spent };
    if (!verdict.missing) return { outcome: "reserved" };
    await makeBudgetRows(sql, reservation);
  }
  throw new Error("the rows of the message budgets are gone as soon as they are made");
}
