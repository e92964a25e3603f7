import type { Record } from "../evaluation-store.js";
import { toCountItem } from "./counter-codec.js";
import type { Database } from "./database.js";
import { encodeReadings } from "./device-codec.js";
import { guarded, isDivisionByZero } from "./faults.js";
import { hexes } from "./hexes.js";
import { encodeHistory } from "./history-codec.js";
import { encodeTrace } from "./trace-codec.js";

const instant = (at: number): string => new Date(at).toISOString();
const hex = (value: Uint8Array): string | undefined => hexes([value])[0];

/** One judgement as the statement reads it; what is left out is null there. */
function toItem({ evaluation: e, counts, trace, user, device, challenge, idempotency }: Record) {
  return {
    evaluation_id: e.evaluationId,
    at: instant(e.createdAt),
    occurred_at: instant(e.occurredAt),
    user_key: e.userKey,
    action: e.action,
    outcome: e.outcome,
    verdict: e.verdict,
    reasons: e.reasons,
    score: e.score,
    device_id: e.deviceId,
    confidence: e.confidence,
    challenge_id: e.challengeId,
    ip: e.ip,
    country: e.country,
    asn: e.asn,
    metadata: e.metadataJson,
    signals: e.signals,
    lesson: e.lesson,
    trace: encodeTrace(trace).toString("base64"),
    restrictions: e.restrictions.length === 0 ? undefined : e.restrictions,
    policy_version: e.policyVersion,
    prints: hexes(device?.identityKeys ?? []),
    ...(device === undefined
      ? {}
      : {
          device_version: device.device.version,
          readings: encodeReadings(device.device.readings),
          add_paths: hexes(device.addPaths),
          drop_paths: hexes(device.dropPaths),
        }),
    counts: counts.map(toCountItem),
    ...(user === undefined
      ? {}
      : {
          next_version: user.expectedVersion + 1,
          history: encodeHistory(user.history),
          contacts: user.contacts,
        }),
    ...(challenge === undefined
      ? {}
      : {
          email: challenge.contacts.email,
          sms: challenge.contacts.sms,
          max_attempts: challenge.maxAttempts,
          max_sends: challenge.maxSends,
          challenge_expires_at: instant(challenge.expiresAt),
        }),
    ...(idempotency === undefined
      ? {}
      : {
          idempotency_key: hex(idempotency.key),
          request_hash: hex(idempotency.requestHash),
          idempotency_expires_at: instant(idempotency.expiresAt),
        }),
  };
}

/**
 * Keeps judgements of one project in one statement, each as a whole or not at all. No two of them may be about the same user or idempotency key.
 * Each part waits for the ones before it, and each is sorted, so locks are always taken in this order: fingerprints, users, idempotency keys,
 * devices, challenges, counters. What a conflict leaves behind is at most a fingerprint with the device that it will have when it is tried again.
 */
export function recordBatch(
  sql: Database,
): (records: readonly Record[]) => Promise<readonly ("recorded" | "conflict")[]> {
  const keep = (records: readonly Record[]): Promise<readonly ("recorded" | "conflict")[]> =>
    guarded(async () => {
      const projectId = records[0]?.evaluation.projectId ?? null;
      const rows = await sql<{ evaluation_id: string }[]>`
        with input as materialized (
          select * from json_to_recordset(${JSON.stringify(records.map(toItem))}::text::json) as x (
            evaluation_id uuid, at timestamptz, occurred_at timestamptz, user_key text, action text, outcome text, verdict text, reasons text[],
            score double precision, device_id uuid, confidence double precision, challenge_id uuid, ip inet, country text,
            asn bigint, metadata text, signals jsonb, restrictions text[], policy_version int, prints text[], device_version int, readings jsonb,
            add_paths text[], drop_paths text[], next_version bigint, history jsonb, contacts jsonb,
            email text, sms text, max_attempts int, max_sends int, challenge_expires_at timestamptz, lesson jsonb, trace text,
            idempotency_key text, request_hash text, idempotency_expires_at timestamptz, counts json)),
        prints as (
          insert into fingerprints (project_id, fingerprint_key, device_id, first_seen_at)
          select ${projectId}::uuid, decode(k.hex, 'hex'), device_id, at from input, unnest(prints) as k (hex)
          order by k.hex
          on conflict (project_id, fingerprint_key) do nothing
          returning device_id),
        ready as (
          select * from input i
          where cardinality(prints) = (select count(*) from prints p where p.device_id = i.device_id)
            and (
              select 1 from idempotency_keys k
              where k.project_id = ${projectId} and k.key_hash = decode(i.idempotency_key, 'hex') and k.expires_at > i.at
              limit 1) is null),
        person as (
          insert into users (project_id, user_key, version, first_seen_at, last_seen_at, history, contacts)
          select ${projectId}::uuid, user_key, next_version, occurred_at, occurred_at, history, contacts
          from ready where next_version is not null order by user_key
          on conflict (project_id, user_key) do update
          set version = excluded.version, last_seen_at = greatest(users.last_seen_at, excluded.last_seen_at), history = excluded.history,
            contacts = excluded.contacts
          where users.version = excluded.version - 1
          returning user_key),
        standing as (
          select * from ready where next_version is null or user_key in (select user_key from person)),
        claim as (
          insert into idempotency_keys (project_id, key_hash, request_hash, evaluation_id, expires_at)
          select ${projectId}::uuid, decode(idempotency_key, 'hex'), decode(request_hash, 'hex'), evaluation_id, idempotency_expires_at
          from standing where idempotency_key is not null order by idempotency_key
          on conflict (project_id, key_hash) do update
          set request_hash = excluded.request_hash, evaluation_id = excluded.evaluation_id, expires_at = excluded.expires_at
          where idempotency_keys.expires_at <= (select at from input i where i.evaluation_id = excluded.evaluation_id)
          returning evaluation_id),
        settled as (
          -- Where another call took the key in this very instant, the division by zero takes the whole statement back.
          select * from standing
          where 1 / (case when idempotency_key is null or evaluation_id in (select evaluation_id from claim) then 1 else 0 end) = 1),
        appeared as (
          insert into devices (project_id, device_id, version, first_seen_at, last_seen_at, readings)
          select ${projectId}::uuid, device_id, 1, at, at, readings
          from settled where device_version = 1 order by device_id
          on conflict (project_id, device_id) do nothing),
        locked as (
          select d.device_id, s.device_version, s.at, s.readings
          from settled s join devices d
            on d.project_id = ${projectId} and d.device_id = s.device_id and d.version = s.device_version - 1
          order by d.device_id
          for no key update of d),
        drifted as (
          update devices d set version = l.device_version, last_seen_at = l.at, readings = l.readings
          from locked l
          where d.project_id = ${projectId} and d.device_id = l.device_id),
        paths_gone as (
          delete from device_paths p
          using settled s, unnest(s.drop_paths) as k (hex)
          where p.project_id = ${projectId} and p.path_key = decode(k.hex, 'hex') and p.device_id = s.device_id),
        paths_come as (
          insert into device_paths (project_id, path_key, device_id)
          select ${projectId}::uuid, decode(k.hex, 'hex'), s.device_id
          from settled s, unnest(s.add_paths) as k (hex)
          order by k.hex, s.device_id
          on conflict (project_id, path_key, device_id) do nothing),
        superseded as (
          update challenges c set status = 'superseded', code_hash = null, pending_code_hash = null, doubtful_code_hashes = '{}'
          from settled s
          where s.challenge_id is not null and c.project_id = ${projectId} and c.user_key = s.user_key
            and c.device_id is not distinct from s.device_id and c.status in ('created', 'sent')),
        opened as (
          insert into challenges (project_id, challenge_id, evaluation_id, user_key, device_id, reasons, status, email, sms,
            max_attempts, max_sends, lesson, created_at, expires_at)
          select ${projectId}::uuid, challenge_id, evaluation_id, user_key, device_id, reasons, 'created', email, sms,
            max_attempts, max_sends, lesson, at, challenge_expires_at
          from settled where challenge_id is not null),
        counts as (
          select key, bucket, c.failed, c.succeeded, 1::bigint << user_bit as users, expires_at, max(bucket) over (partition by key) as newest
          from settled, json_to_recordset(counts) as c (
            key text, bucket bigint, failed int, succeeded int, user_bit int, expires_at timestamptz)),
        counted as (
          insert into counters as c (project_id, counter_key, bucket, failed, succeeded, users, failed_before, succeeded_before,
            users_before, expires_at)
          select ${projectId}::uuid, key, newest,
            sum(failed) filter (where bucket = newest), sum(succeeded) filter (where bucket = newest),
            coalesce(bit_or(users) filter (where bucket = newest), 0),
            coalesce(sum(failed) filter (where bucket = newest - 1), 0),
            coalesce(sum(succeeded) filter (where bucket = newest - 1), 0),
            coalesce(bit_or(users) filter (where bucket = newest - 1), 0), max(expires_at)
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
            expires_at = greatest(c.expires_at, excluded.expires_at))
        insert into evaluations (project_id, evaluation_id, created_at, user_key, action, outcome, verdict, reasons, score,
          device_id, confidence, challenge_id, ip, country, asn, metadata, signals, occurred_at, lesson, trace, restrictions,
          policy_version)
        select ${projectId}::uuid, evaluation_id, at, user_key, action, outcome, verdict, reasons, score, device_id, confidence,
          challenge_id, ip, country, asn, metadata, signals, occurred_at, lesson, decode(trace, 'base64'),
          restrictions, policy_version
        from settled
        returning evaluation_id`;
      const recorded = new Set(rows.map((row) => row.evaluation_id));
      return records.map(({ evaluation }) =>
        recorded.has(evaluation.evaluationId) ? "recorded" : "conflict",
      );
    });

  return async (records) => {
    try {
      return await keep(records);
    } catch (error) {
      // Several are tried again one by one; the one that is to blame ends here.
      if (records.length === 1 && isDivisionByZero(error)) return ["conflict"];
      throw error;
    }
  };
}
