import { createBatch } from "../../batch.js";
import { budgetWindows, windowAt } from "../../challenge/budgets.js";
import type { Reservation, Reserved } from "../challenge-store.js";
import { byteas, instants, plain, texts } from "./array-literals.js";
import type { Database } from "./database.js";
import { guarded, isBadValue } from "./faults.js";

/** Of how many failed sendings the codes stay good. */
export const doubtfulCodes = 2;

/** A reservation that has to come again: another of the batch was first, or a row of its budgets was removed as soon as it was made. */
type Undecided = "again" | "missing";

interface VerdictRow {
  held: boolean;
  /** Another reservation of the same user had the turn. */
  again: boolean;
  granted: boolean;
  missing: boolean;
  spent: string[];
}

/** What the reservations are charged to: a row for each of them, budget and window. */
function windowsOf(reservations: readonly Reservation[]) {
  return reservations.flatMap(({ budgets, now }, index) =>
    budgets.flatMap(({ key, perHour, perDay }) =>
      [
        { lengthMs: budgetWindows.hour, most: perHour },
        { lengthMs: budgetWindows.day, most: perDay },
      ].map(({ lengthMs, most }) => ({
        n: index + 1,
        key,
        seconds: lengthMs / 1000,
        at: windowAt(now, lengthMs),
        most,
      })),
    ),
  );
}

type WindowOf = ReturnType<typeof windowsOf>[number];

const distinct = <T>(values: readonly T[]): readonly T[] => [...new Set(values)];

/**
 * Makes the rows of budgets that are not there yet, so that they can be locked. Its commit need not wait for the disk: the rows say nothing, and what
 * is charged to them is committed after them.
 */
async function makeBudgetRows(sql: Database, reservations: readonly Reservation[]): Promise<void> {
  const windows = new Map(
    windowsOf(reservations).map((window) => [`${window.key} ${window.seconds} ${window.at}`, window]),
  );
  const each = <T>(pick: (window: WindowOf) => T) => [...windows.values()].map(pick);
  await sql`
    with hurried as materialized (select set_config('synchronous_commit', 'off', true))
    insert into message_budgets (project_id, budget_key, window_seconds, window_at)
    select ${reservations[0]?.projectId ?? null}::uuid, w.budget_key, w.window_seconds, w.window_at
    from hurried, unnest(${texts(each(({ key }) => key))}::text::text[], ${plain(each(({ seconds }) => seconds))}::text::int[],
      ${instants(each(({ at }) => at))}::text::timestamptz[]) as w (budget_key, window_seconds, window_at)
    order by w.budget_key, w.window_seconds, w.window_at
    on conflict do nothing`;
}

/**
 * Reserves sendings of one project in one statement: lock users, challenges and budgets, in this order and each of them sorted; look; then change all that
 * belongs to a reservation, or nothing. A budget is looked at as if every reservation before in the batch were charged to it: what passes so, passes; what
 * is spent without them, is spent; the others are told to come again. Tables are searched for the keys of the parameters and never joined: while they are
 * small and no statistics are known of them, a join may be planned as a walk over the whole project.
 */
function reserveBatch(
  sql: Database,
): (reservations: readonly Reservation[]) => Promise<readonly (Reserved | Undecided)[]> {
  const takesCodes = sql`c.status in ('created', 'sent') and c.attempts < c.max_attempts and c.sends < c.max_sends
    and c.expires_at > i.at and (c.next_send_at is null or c.next_send_at <= i.at)`;
  const notPaused = sql`(u.codes_paused_until is null or u.codes_paused_until <= i.at)
    and (u.messages_paused_until is null or u.messages_paused_until <= i.at)`;

  const judge = (reservations: readonly Reservation[]): Promise<readonly VerdictRow[]> => {
    const first = reservations[0];
    const projectId = first?.projectId ?? null;
    const pauses = first?.pauses ?? [];
    const each = <T>(pick: (reservation: Reservation) => T) => reservations.map(pick);
    const windows = windowsOf(reservations);
    const keys = texts(distinct(windows.map(({ key }) => key)));
    const budgetRows = sql`b.project_id = ${projectId} and b.budget_key = any (${keys}::text::text[])
      and b.window_seconds = any ('{3600,86400}')`;
    const charge = sql`(select t.messages from charges t
      where t.budget_key = b.budget_key and t.window_seconds = b.window_seconds and t.window_at = b.window_at)`;
    return sql<VerdictRow[]>`
      with input as materialized (
        select * from unnest(${plain(each(({ challengeId }) => challengeId))}::text::uuid[],
            ${plain(each(({ deliveryId }) => deliveryId))}::text::uuid[], ${texts(each(({ channel }) => channel))}::text::text[],
            ${texts(each(({ language }) => language))}::text::text[], ${byteas(each(({ codeHash }) => codeHash))}::text::bytea[],
            ${instants(each(({ now }) => now))}::text::timestamptz[], ${instants(each(({ expiresAt }) => expiresAt))}::text::timestamptz[],
            ${instants(each(({ nextSendAt }) => nextSendAt))}::text::timestamptz[])
          with ordinality as x (challenge_id, delivery_id, channel, language, code_hash, at, expires_at, next_send_at, n)),
      opened as materialized (
        select i.n, i.at, c.user_key, row_number() over (partition by c.user_key order by i.n) as turn
        from input i
        cross join lateral (
          select c.user_key from challenges c
          where c.project_id = ${projectId} and c.challenge_id = i.challenge_id and ${takesCodes} limit 1) c),
      person as materialized (
        select i.n, u.user_key
        from opened i
        join users u on u.project_id = ${projectId} and u.user_key = i.user_key
        where i.turn = 1 and ${notPaused}
        order by u.user_key
        for update of u),
      held as materialized (
        select i.n, p.user_key
        from person p
        join input i on i.n = p.n
        join challenges c on c.project_id = ${projectId} and c.challenge_id = i.challenge_id
        where ${takesCodes}
        order by c.challenge_id
        for update of c),
      asked as materialized (
        select w.*, row_number() over (partition by w.budget_key, w.window_seconds, w.window_at order by w.n) - 1 as before
        from unnest(${plain(windows.map(({ n }) => n))}::text::int[], ${texts(windows.map(({ key }) => key))}::text::text[],
            ${plain(windows.map(({ seconds }) => seconds))}::text::int[], ${instants(windows.map(({ at }) => at))}::text::timestamptz[],
            ${plain(windows.map(({ most }) => most))}::text::int[])
          as w (n, budget_key, window_seconds, window_at, most)
        join held h on h.n = w.n),
      locked as materialized (
        select b.budget_key, b.window_seconds, b.window_at, b.sent - b.verified as unused, b.verified
        from message_budgets b
        where ${budgetRows} and (
          select count(*) from asked a
          where a.budget_key = b.budget_key and a.window_seconds = b.window_seconds and a.window_at = b.window_at) > 0
        order by b.budget_key, b.window_seconds, b.window_at
        for update),
      yesterday as materialized (
        select b.budget_key, b.window_at + interval '86400 seconds' as window_at, b.verified
        from message_budgets b
        where ${budgetRows} and b.window_seconds = 86400),
      judged as materialized (
        select a.n, a.budget_key, bool_or(l.budget_key is null) as missing,
          bool_and(l.unused >= a.most and (s.share is null or l.unused::bigint * 100 >= s.share)) as spent,
          bool_and(l.unused + a.before >= a.most and (s.share is null or (l.unused + a.before) * 100 >= s.share)) as spent_by_then
        from asked a
        left join locked l using (budget_key, window_seconds, window_at)
        left join yesterday y on a.window_seconds = 86400 and y.budget_key = a.budget_key and y.window_at = a.window_at
        cross join lateral (
          select case when a.window_seconds = 86400
            then ${first?.unusedPercent ?? null}::bigint * (l.verified + coalesce(y.verified, 0)) end as share) s
        group by a.n, a.budget_key),
      verdict as materialized (
        select n, bool_or(missing) as missing, not bool_or(missing or spent_by_then) as granted,
          coalesce(array_agg(budget_key) filter (where spent), '{}') as spent
        from judged
        group by n),
      granted as materialized (
        select i.*, h.user_key from verdict v join held h on h.n = v.n join input i on i.n = v.n where v.granted),
      charges as materialized (
        select a.budget_key, a.window_seconds, a.window_at, count(*)::int as messages
        from asked a join granted g on g.n = a.n
        group by a.budget_key, a.window_seconds, a.window_at),
      charged as (
        update message_budgets b set sent = b.sent + ${charge}
        where ${budgetRows} and ${charge} > 0),
      noted as (
        insert into deliveries (project_id, challenge_id, delivery_id, channel, status, charges, created_at, updated_at)
        select ${projectId}::uuid, g.challenge_id, g.delivery_id, g.channel, 'pending',
          (select array_agg(a.budget_key order by a.budget_key) from asked a where a.n = g.n and a.window_seconds = 86400), g.at, g.at
        from granted g),
      counted as (
        update users u
        set unused_messages = u.unused_messages + 1,
          messages_paused_until = g.at + make_interval(secs => (${plain(pauses)}::text::int[])[
            least(u.unused_messages + 2 - ${first?.maxUnusedMessages ?? null}::int, ${pauses.length}::int)])
        from granted g
        where u.project_id = ${projectId} and u.user_key = g.user_key),
      reserved as (
        update challenges c
        set sends = c.sends + 1, channel = g.channel, language = g.language, delivery_id = g.delivery_id,
          pending_code_hash = g.code_hash, expires_at = g.expires_at, next_send_at = g.next_send_at,
          doubtful_code_hashes = (array_remove(array[c.pending_code_hash], null) || c.doubtful_code_hashes)[1:${doubtfulCodes}::int]
        from granted g
        where c.project_id = ${projectId} and c.challenge_id = g.challenge_id)
      select v.n is not null as held, coalesce(o.turn > 1, false) as again, coalesce(v.granted, false) as granted,
        coalesce(v.missing, false) as missing, coalesce(v.spent, '{}') as spent
      from input i
      left join opened o on o.n = i.n
      left join verdict v on v.n = i.n
      order by i.n`;
  };

  return (reservations) =>
    guarded(async () => {
      await makeBudgetRows(sql, reservations);
      const verdicts = await judge(reservations);
      return verdicts.map(({ held, again, granted, missing, spent }) => {
        if (again) return "again";
        if (!held) return { outcome: "refused" };
        if (missing) return "missing";
        if (granted) return { outcome: "reserved" };
        return spent.length > 0 ? { outcome: "spent", keys: spent } : "again";
      });
    });
}

/** How often it may find a row of a budget missing; they are not removed while they count. */
const maxMissed = 3;

/** Reserves one sending, see `ChallengeStore.reserveSend`. Concurrent ones share statements. */
export function reserveSend(sql: Database): (reservation: Reservation) => Promise<Reserved> {
  const join = createBatch<Reservation, Reserved | Undecided>({
    run: reserveBatch(sql),
    group: ({ projectId }) => projectId,
    takes: () => undefined,
    worksOn: () => undefined,
    expired: () => undefined,
    maxBatch: 64,
    // All of a project are charged to the same budget, so a second statement would only wait for the first.
    maxInFlight: 1,
    maxWaiting: 1_000,
    alone: isBadValue,
  });
  return async (reservation) => {
    for (let missed = 0; missed < maxMissed; ) {
      const reserved = await join(reservation);
      if (reserved === "missing") missed += 1;
      else if (reserved !== "again") return reserved;
    }
    throw new Error("the rows of the message budgets are gone as soon as they are made");
  };
}
