import type { Record } from "../evaluation-store.js";
import { plain, texts } from "./array-literals.js";
import type { Database, Fragment } from "./database.js";

/** What the records, numbered from 1, add to counters: each to its newest span of the batch or to the one before that. */
export function countsOf(records: readonly Record[]) {
  const newest = new Map<string, number>();
  for (const { counts } of records) {
    for (const { key, bucket } of counts) {
      const known = newest.get(key);
      if (known === undefined || bucket > known) newest.set(key, bucket);
    }
  }
  const counted = [];
  for (const [index, { counts }] of records.entries()) {
    for (const { key, bucket, failed, userBit, expiresAt } of counts) {
      const last = newest.get(key) ?? bucket;
      if (bucket < last - 1) continue;
      const before = bucket < last;
      counted.push({ item: index + 1, key, newest: last, before, failed: failed === 1, userBit, expiresAt });
    }
  }
  return counted;
}

/** Counts what is `settled`. */
export function count(sql: Database, projectId: string, counts: ReturnType<typeof countsOf>): Fragment {
  return sql`
        counts as (
          select c.key collate "C" as key, c.newest, c.before, c.failed, 1::bigint << c.user_bit as users, c.expires_ms
          from unnest(${plain(counts.map(({ item }) => item))}::text::int[], ${texts(counts.map(({ key }) => key))}::text::text[],
            ${plain(counts.map(({ newest }) => newest))}::text::bigint[], ${plain(counts.map(({ before }) => before))}::text::bool[],
            ${plain(counts.map(({ failed }) => failed))}::text::bool[], ${plain(counts.map(({ userBit }) => userBit))}::text::int[],
            ${plain(counts.map(({ expiresAt }) => expiresAt))}::text::bigint[])
            as c (item, key, newest, before, failed, user_bit, expires_ms)
          where c.item in (select n from settled)),
        counted as (
          insert into counters as c (project_id, counter_key, bucket, failed, succeeded, users, failed_before, succeeded_before,
            users_before, expires_at)
          select ${projectId}::uuid, key, newest,
            count(*) filter (where failed and not before), count(*) filter (where not failed and not before),
            coalesce(bit_or(users) filter (where not before), 0),
            count(*) filter (where failed and before), count(*) filter (where not failed and before),
            coalesce(bit_or(users) filter (where before), 0), to_timestamp(max(expires_ms) / 1000.0)
          from counts group by key, newest order by key
          on conflict (project_id, counter_key) do update
          set bucket = greatest(c.bucket, excluded.bucket),
            failed = case when excluded.bucket > c.bucket then excluded.failed
              when excluded.bucket = c.bucket then c.failed + excluded.failed else c.failed end,
            succeeded = case when excluded.bucket > c.bucket then excluded.succeeded
              when excluded.bucket = c.bucket then c.succeeded + excluded.succeeded else c.succeeded end,
            users = case when excluded.bucket > c.bucket then excluded.users
              when excluded.bucket = c.bucket then c.users | excluded.users else c.users end,
            failed_before = case excluded.bucket - c.bucket when 0 then c.failed_before + excluded.failed_before
              when 1 then c.failed + excluded.failed_before when -1 then c.failed_before + excluded.failed
              else case when excluded.bucket > c.bucket then excluded.failed_before else c.failed_before end end,
            succeeded_before = case excluded.bucket - c.bucket when 0 then c.succeeded_before + excluded.succeeded_before
              when 1 then c.succeeded + excluded.succeeded_before when -1 then c.succeeded_before + excluded.succeeded
              else case when excluded.bucket > c.bucket then excluded.succeeded_before else c.succeeded_before end end,
            users_before = case excluded.bucket - c.bucket when 0 then c.users_before | excluded.users_before
              when 1 then c.users | excluded.users_before when -1 then c.users_before | excluded.users
              else case when excluded.bucket > c.bucket then excluded.users_before else c.users_before end end,
            expires_at = greatest(c.expires_at, excluded.expires_at))`;
}
