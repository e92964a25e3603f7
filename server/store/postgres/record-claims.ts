import type { Record } from "../evaluation-store.js";
import type { Database, Fragment } from "./database.js";
import { hex } from "./hexes.js";
import { instant } from "./instant.js";

/** Idempotency keys to take. */
export function claimsOf(records: readonly Record[]) {
  return records.flatMap(({ evaluation, idempotency }) =>
    idempotency === undefined
      ? []
      : idempotency.keys.map((key) => ({
          evaluation_id: evaluation.evaluationId,
          user_key: evaluation.userKey,
          key: hex(key),
          request_hash: hex(idempotency.requestHash),
          at: instant(evaluation.createdAt),
          expires_at: instant(idempotency.expiresAt),
        })),
  );
}

/** The keys to take, as `claims`. */
export function nameClaims(sql: Database, claims: ReturnType<typeof claimsOf>): Fragment {
  return sql`
        claims as materialized (
          select evaluation_id, user_key, decode(key, 'hex') as key, decode(request_hash, 'hex') as request_hash, at, expires_at
          from json_to_recordset(${JSON.stringify(claims)}::text::json) as x (
            evaluation_id uuid, user_key text, key text, request_hash text, at timestamptz, expires_at timestamptz)),`;
}

/** Users whose key another call has taken. */
export function refusedForClaims(sql: Database, projectId: string): Fragment {
  return sql`
          select c.user_key from claims c, lateral (
            select 1 from idempotency_keys k
            where k.project_id = ${projectId} and k.key_hash = c.key and k.expires_at > c.at limit 1) taken`;
}

/** Takes the keys of what is `standing`, which thereby is `settled`. */
export function settleClaims(sql: Database, projectId: string): Fragment {
  return sql`
        claim as (
          insert into idempotency_keys (project_id, key_hash, request_hash, evaluation_id, expires_at)
          select ${projectId}::uuid, c.key, c.request_hash, c.evaluation_id, c.expires_at
          from claims c where c.evaluation_id in (select evaluation_id from standing) order by c.key
          on conflict (project_id, key_hash) do update
          set request_hash = excluded.request_hash, evaluation_id = excluded.evaluation_id, expires_at = excluded.expires_at
          where idempotency_keys.expires_at <= (select max(at) from claims c where c.evaluation_id = excluded.evaluation_id)
          returning evaluation_id),
        settled as materialized (
          -- Where another call took a key in this very instant, the division by zero takes the whole statement back.
          select * from standing
          where 1 / (select case when (select count(*) from claim)
            = (select count(*) from claims where evaluation_id in (select evaluation_id from standing)) then 1 else 0 end) = 1),`;
}
