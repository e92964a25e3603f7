import { createBatch, pastDeadline } from "../../batch.js";
import type { CodeTry, TriedCode } from "../challenge-store.js";
import { byteas, instants, plain } from "./array-literals.js";
import type { Database } from "./database.js";
import { guarded, isBadValue } from "./faults.js";

interface TriedRow {
  taken: boolean;
  /** Another try of the same user had the turn. */
  again: boolean;
  success: boolean | null;
  attempts: number | null;
  max_attempts: number | null;
}

/**
 * Tries codes of one project in one statement: lock the users, sorted; then count, compare and accept in one update of each challenge. A challenge
 * that can take no code locks nothing and writes nothing, so that one that has ended takes no longer than one that never was. Of several tries
 * about one user the first has the turn; the others are told to come again.
 */
function tryBatch(sql: Database): (tries: readonly CodeTry[]) => Promise<readonly (TriedCode | "again")[]> {
  const right = sql`(coalesce(c.code_hash = any (i.codes), false) or coalesce(c.pending_code_hash = any (i.codes), false)
    or c.doubtful_code_hashes && i.codes)`;
  const takesCodes = sql`c.status in ('created', 'sent') and c.attempts < c.max_attempts and c.expires_at > i.at
    and (c.code_hash is not null or c.pending_code_hash is not null or c.doubtful_code_hashes <> '{}')`;
  const notPaused = sql`(u.codes_paused_until is null or u.codes_paused_until <= i.at)`;
  return (tries) =>
    guarded(async () => {
      const projectId = tries[0]?.projectId ?? null;
      const keyCount = tries[0]?.hashes.length ?? 0;
      const pauses = plain(tries[0]?.pauses ?? []);
      const rows = await sql<TriedRow[]>`
        with input as materialized (
          select x.n, x.challenge_id, x.at, x.verified_until, x.max_failed_codes,
            (h.all_codes)[(x.n - 1) * ${keyCount}::int + 1 : x.n * ${keyCount}::int] as codes
          from unnest(${plain(tries.map(({ challengeId }) => challengeId))}::text::uuid[],
              ${instants(tries.map(({ now }) => now))}::text::timestamptz[],
              ${instants(tries.map(({ verifiedUntil }) => verifiedUntil))}::text::timestamptz[],
              ${plain(tries.map(({ maxFailedCodes }) => maxFailedCodes))}::text::int[])
            with ordinality as x (challenge_id, at, verified_until, max_failed_codes, n),
            (select ${byteas(tries.flatMap(({ hashes }) => hashes))}::text::bytea[] as all_codes) h),
        opened as materialized (
          select i.n, i.at, c.user_key, row_number() over (partition by c.user_key order by i.n) as turn
          from input i
          cross join lateral (
            select c.user_key from challenges c
            where c.project_id = ${projectId} and c.challenge_id = i.challenge_id and ${takesCodes} limit 1) c
          cross join lateral (
            select from users u
            where u.project_id = ${projectId} and u.user_key = c.user_key and ${notPaused} limit 1) u),
        person as materialized (
          select i.n
          from opened i
          join users u on u.project_id = ${projectId} and u.user_key = i.user_key
          where i.turn = 1 and ${notPaused}
          order by u.user_key
          for update of u),
        tried as (
          update challenges c
          set attempts = c.attempts + 1,
            status = case when ${right} then 'verified' else c.status end,
            verified_at = case when ${right} then i.at end,
            expires_at = case when ${right} then i.verified_until else c.expires_at end,
            code_hash = case when ${right} then null else c.code_hash end,
            pending_code_hash = case when ${right} then null else c.pending_code_hash end,
            doubtful_code_hashes = case when ${right} then '{}' else c.doubtful_code_hashes end
          from person p
          join input i on i.n = p.n
          where c.project_id = ${projectId} and c.challenge_id = i.challenge_id and ${takesCodes}
          returning i.n, i.at, i.max_failed_codes, c.user_key, c.status = 'verified' as success, c.attempts, c.max_attempts),
        judged as (
          update users u
          set failed_codes = case when t.success then 0 else u.failed_codes + 1 end,
            codes_paused_until = case when not t.success then
              t.at + make_interval(secs => (${pauses}::text::int[])[least(u.failed_codes + 2 - t.max_failed_codes, ${tries[0]?.pauses.length ?? 0}::int)]) end,
            unused_messages = case when t.success then 0 else u.unused_messages end,
            messages_paused_until = case when not t.success then u.messages_paused_until end
          from tried t
          where u.project_id = ${projectId} and u.user_key = t.user_key)
        select t.n is not null as taken, coalesce(o.turn > 1, false) as again, t.success, t.attempts, t.max_attempts
        from input i
        left join opened o on o.n = i.n
        left join tried t on t.n = i.n
        order by i.n`;
      return rows.map(({ taken, again, success, attempts, max_attempts }) => {
        if (again) return "again";
        if (!taken || attempts === null || max_attempts === null) return { outcome: "refused" };
        return { outcome: success ? "right" : "wrong", attempts, maxAttempts: max_attempts };
      });
    });
}

/** Tries a code, see `ChallengeStore.tryCode`. Concurrent tries share statements. */
export function tryCode(sql: Database): (one: CodeTry) => Promise<TriedCode> {
  const join = createBatch<CodeTry, TriedCode | "again">({
    run: tryBatch(sql),
    group: ({ projectId }) => projectId,
    takes: () => undefined,
    worksOn: ({ challengeId }) => challengeId,
    expired: ({ deadlineAt }) => pastDeadline(deadlineAt),
    maxBatch: 64,
    maxInFlight: 1,
    maxWaiting: 1_000,
    alone: isBadValue,
  });
  return async (one) => {
    for (;;) {
      const tried = await join(one);
      if (tried !== "again") return tried;
    }
  };
}
