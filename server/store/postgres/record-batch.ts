import type { DeviceChange, KeptEvaluation, Record } from "../evaluation-store.js";
import { byteas, plain, texts } from "./array-literals.js";
import type { Database } from "./database.js";
import { encodeReadings } from "./device-codec.js";
import { encodeBody } from "./evaluation-codec.js";
import { guarded, isDivisionByZero } from "./faults.js";
import type { GeoBuilds } from "./geo-builds.js";
import { hexes } from "./hexes.js";
import { encodeHistory } from "./history-codec.js";

type Kept = "recorded" | "conflict";

const instant = (at: number): string => new Date(at).toISOString();
const hex = (value: Uint8Array): string | undefined => hexes([value])[0];

/** Several judgements of one user stand or fall together, so only the last one's row is written. */
function peopleOf(records: readonly Record[]) {
  const people = new Map<string, { first: Record; last: NonNullable<Record["user"]>; lastAt: number }>();
  for (const record of records) {
    const { user, evaluation } = record;
    if (user === undefined) continue;
    const before = people.get(evaluation.userKey);
    const { at } = evaluation.trace.facts.observation;
    people.set(evaluation.userKey, {
      first: before?.first ?? record,
      last: user,
      lastAt: Math.max(before?.lastAt ?? at, at),
    });
  }
  return [...people.entries()].map(([userKey, { first, last, lastAt }]) => ({
    userKey,
    firstAt: first.evaluation.trace.facts.observation.at,
    lastAt,
    version: (first.user?.expectedVersion ?? 0) + 1,
    contacts: last.contacts,
    ...encodeHistory(last.history),
  }));
}

const without = (keys: readonly string[], others: readonly string[]) =>
  keys.filter((key) => !others.includes(key));

/**
 * What the records change about devices, each device once. A second change of one user follows from the first and is joined to it; one of another
 * user is left out, as it is where it comes at the same time on another server.
 */
function machinesOf(records: readonly Record[]) {
  const item = (
    { evaluationId, createdAt }: KeptEvaluation,
    { device, addPaths, dropPaths }: DeviceChange,
  ) => ({
    evaluation_id: evaluationId,
    at: instant(createdAt),
    device_id: device.deviceId,
    version: device.version,
    readings: hex(encodeReadings(device.readings)),
    add_paths: hexes(addPaths),
    drop_paths: hexes(dropPaths),
  });
  const machines = new Map<string, ReturnType<typeof item> & { readonly userKey: string }>();
  for (const { evaluation, device } of records) {
    if (device === undefined) continue;
    const { userKey } = evaluation;
    const before = machines.get(device.device.deviceId);
    const next = { ...item(evaluation, device), userKey };
    if (before === undefined) machines.set(next.device_id, next);
    else if (before.userKey === userKey) {
      machines.set(next.device_id, {
        ...next,
        version: before.version,
        add_paths: [...new Set([...without(before.add_paths, next.drop_paths), ...next.add_paths])],
        drop_paths: [...new Set([...without(before.drop_paths, next.add_paths), ...next.drop_paths])],
      });
    }
  }
  return [...machines.values()].map(({ userKey: _, ...machine }) => machine);
}

/** Challenges to open. Of several for one user and device the last takes the place of those before. */
function challengesOf(records: readonly Record[]) {
  const asking = records.flatMap(({ evaluation, challenge }) =>
    challenge === undefined
      ? []
      : [{ evaluation, challenge, of: `${evaluation.deviceId} ${evaluation.userKey}` }],
  );
  const last = new Map(asking.map(({ challenge, of }) => [of, challenge]));
  return asking.map(({ evaluation, challenge, of }) => ({
    evaluation_id: evaluation.evaluationId,
    challenge_id: challenge.challengeId,
    status: last.get(of) === challenge ? "created" : "superseded",
    reasons: evaluation.reasons,
    lesson: challenge.lesson,
    email: challenge.contacts.email,
    sms: challenge.contacts.sms,
    max_attempts: challenge.maxAttempts,
    max_sends: challenge.maxSends,
    at: instant(evaluation.createdAt),
    expires_at: instant(challenge.expiresAt),
  }));
}

function claimsOf(records: readonly Record[]) {
  return records.flatMap(({ evaluation, idempotency }) =>
    idempotency === undefined
      ? []
      : [
          {
            evaluation_id: evaluation.evaluationId,
            user_key: evaluation.userKey,
            key: hex(idempotency.key),
            request_hash: hex(idempotency.requestHash),
            at: instant(evaluation.createdAt),
            expires_at: instant(idempotency.expiresAt),
          },
        ],
  );
}

/**
 * Keeps judgements of one project in one statement; those of one user as a whole or not at all. No two may claim the same idempotency key. Each
 * part waits for the ones before it, and each is sorted, so locks are always taken in this order: fingerprints, users, idempotency keys,
 * devices, challenges, counters. What a conflict leaves behind is at most a fingerprint with the device that it will have when it is tried again.
 */
export function recordBatch(
  sql: Database,
  builds: GeoBuilds,
): (projectId: string, records: readonly Record[]) => Promise<readonly Kept[]> {
  const keep = (projectId: string, records: readonly Record[]): Promise<readonly Kept[]> =>
    guarded(async () => {
      const people = peopleOf(records);
      const prints = records.flatMap(({ evaluation, device }) =>
        (device?.identityKeys ?? []).map((key) => ({
          key,
          userKey: evaluation.userKey,
          deviceId: device?.device.deviceId,
          at: evaluation.createdAt,
        })),
      );
      // Those of other users that were judged as from a device that is new in this batch fall with it.
      const fresh = new Set(prints.map(({ deviceId }) => deviceId));
      const resting = records
        .map(({ evaluation }) => evaluation)
        .filter(({ deviceId }) => fresh.has(deviceId));
      const counts = records.flatMap((record, index) =>
        record.counts.map((count) => ({ ...count, item: index + 1 })),
      );
      const evaluations = records.map(({ evaluation }) => evaluation);
      const bodies = [];
      for (const evaluation of evaluations) {
        const geo = builds.note(evaluation.trace.geo);
        bodies.push(encodeBody(evaluation, typeof geo === "number" ? geo : await geo));
      }
      const withRow = new Set(people.map(({ userKey }) => userKey));
      const rows = await sql<{ evaluation_id: string }[]>`
        with prints as materialized (
          select * from unnest(${byteas(prints.map(({ key }) => key))}::text::bytea[], ${texts(prints.map(({ userKey }) => userKey))}::text::text[],
            ${plain(prints.map(({ deviceId }) => deviceId))}::text::uuid[], ${texts(prints.map(({ at }) => instant(at)))}::text::timestamptz[])
            as p (key, user_key, device_id, at)),
        printed as (
          insert into fingerprints (project_id, fingerprint_key, device_id, first_seen_at)
          select ${projectId}::uuid, key, device_id, at from prints order by key
          on conflict (project_id, fingerprint_key) do nothing
          returning fingerprint_key),
        claims as materialized (
          select evaluation_id, user_key, decode(key, 'hex') as key, decode(request_hash, 'hex') as request_hash, at, expires_at
          from json_to_recordset(${JSON.stringify(claimsOf(records))}::text::json) as x (
            evaluation_id uuid, user_key text, key text, request_hash text, at timestamptz, expires_at timestamptz)),
        refused as materialized (
          select user_key from prints where key not in (select fingerprint_key from printed)
          union all
          select r.user_key from unnest(${texts(resting.map(({ userKey }) => userKey))}::text::text[],
            ${plain(resting.map(({ deviceId }) => deviceId))}::text::uuid[]) as r (user_key, device_id)
          where r.device_id in (select device_id from prints where key not in (select fingerprint_key from printed))
          union all
          select c.user_key from claims c, lateral (
            select 1 from idempotency_keys k
            where k.project_id = ${projectId} and k.key_hash = c.key and k.expires_at > c.at limit 1) taken),
        person as (
          insert into users (project_id, user_key, version, first_seen_at, last_seen_at, devices, memory, contacts)
          select ${projectId}::uuid, user_key, version, first_at, last_at, devices::uuid[], memory, contacts::jsonb
          from unnest(${texts(people.map(({ userKey }) => userKey))}::text::text[], ${plain(people.map(({ version }) => version))}::text::bigint[],
            ${texts(people.map(({ firstAt }) => instant(firstAt)))}::text::timestamptz[],
            ${texts(people.map(({ lastAt }) => instant(lastAt)))}::text::timestamptz[],
            ${texts(people.map(({ devices }) => plain(devices)))}::text::text[], ${byteas(people.map(({ memory }) => memory))}::text::bytea[],
            ${texts(people.map(({ contacts }) => JSON.stringify(contacts)))}::text::text[])
            as u (user_key, version, first_at, last_at, devices, memory, contacts)
          where user_key not in (select user_key from refused)
          order by user_key
          on conflict (project_id, user_key) do update
          set version = excluded.version, last_seen_at = greatest(users.last_seen_at, excluded.last_seen_at), devices = excluded.devices,
            memory = excluded.memory, contacts = excluded.contacts
          where users.version = excluded.version - 1
          returning user_key),
        standing as materialized (
          select * from unnest(${plain(evaluations.map(({ evaluationId }) => evaluationId))}::text::uuid[],
            ${texts(evaluations.map(({ userKey }) => userKey))}::text::text[], ${texts(evaluations.map(({ action }) => action))}::text::text[],
            ${plain(evaluations.map(({ outcome }) => outcome === "failed"))}::text::bool[],
            ${plain(evaluations.map(({ verdict }) => verdict))}::text::text[], ${plain(evaluations.map(({ deviceId }) => deviceId))}::text::uuid[],
            ${texts(evaluations.map(({ metadataJson }) => metadataJson))}::text::text[], ${byteas(bodies)}::text::bytea[],
            ${plain(evaluations.map(({ userKey }) => withRow.has(userKey)))}::text::bool[])
            with ordinality as e (evaluation_id, user_key, action, failed, verdict, device_id, metadata, body, with_row, n)
          where user_key not in (select user_key from refused)
            and (not with_row or user_key in (select user_key from person))),
        claim as (
          insert into idempotency_keys (project_id, key_hash, request_hash, evaluation_id, expires_at)
          select ${projectId}::uuid, c.key, c.request_hash, c.evaluation_id, c.expires_at
          from claims c where c.evaluation_id in (select evaluation_id from standing) order by c.key
          on conflict (project_id, key_hash) do update
          set request_hash = excluded.request_hash, evaluation_id = excluded.evaluation_id, expires_at = excluded.expires_at
          where idempotency_keys.expires_at <= (select at from claims c where c.evaluation_id = excluded.evaluation_id)
          returning evaluation_id),
        settled as materialized (
          -- Where another call took a key in this very instant, the division by zero takes the whole statement back.
          select * from standing
          where 1 / (select case when (select count(*) from claim)
            = (select count(*) from claims where evaluation_id in (select evaluation_id from standing)) then 1 else 0 end) = 1),
        machines as materialized (
          select m.* from json_to_recordset(${JSON.stringify(machinesOf(records))}::text::json) as m (
            evaluation_id uuid, at timestamptz, device_id uuid, version int, readings text, add_paths text[], drop_paths text[])
          where m.evaluation_id in (select evaluation_id from settled)),
        appeared as (
          insert into devices (project_id, device_id, version, first_seen_at, last_seen_at, readings)
          select ${projectId}::uuid, device_id, 1, at, at, decode(readings, 'hex')
          from machines where version = 1 order by device_id
          on conflict (project_id, device_id) do nothing),
        locked as (
          select d.device_id, m.version, m.at, m.readings
          from machines m join devices d
            on d.project_id = ${projectId} and d.device_id = m.device_id and d.version = m.version - 1
          order by d.device_id
          for no key update of d),
        drifted as (
          update devices d set version = l.version, last_seen_at = l.at, readings = decode(l.readings, 'hex')
          from locked l
          where d.project_id = ${projectId} and d.device_id = l.device_id),
        paths_gone as (
          delete from device_paths p
          using machines m, unnest(m.drop_paths) as k (hex)
          where p.project_id = ${projectId} and p.path_key = decode(k.hex, 'hex') and p.device_id = m.device_id),
        paths_come as (
          insert into device_paths (project_id, path_key, device_id)
          select ${projectId}::uuid, decode(k.hex, 'hex'), m.device_id
          from machines m, unnest(m.add_paths) as k (hex)
          order by k.hex, m.device_id
          on conflict (project_id, path_key, device_id) do nothing),
        asking as materialized (
          select c.*, s.user_key, s.device_id
          from json_to_recordset(${JSON.stringify(challengesOf(records))}::text::json) as c (
            evaluation_id uuid, challenge_id uuid, status text, reasons text[], lesson jsonb, email text, sms text, max_attempts int,
            max_sends int, at timestamptz, expires_at timestamptz)
          join settled s on s.evaluation_id = c.evaluation_id),
        superseded as (
          update challenges c set status = 'superseded', code_hash = null, pending_code_hash = null, doubtful_code_hashes = '{}'
          from asking a
          where c.project_id = ${projectId} and c.user_key = a.user_key
            and c.device_id is not distinct from a.device_id and c.status in ('created', 'sent')),
        opened as (
          insert into challenges (project_id, challenge_id, evaluation_id, user_key, device_id, reasons, status, email, sms,
            max_attempts, max_sends, lesson, created_at, expires_at)
          select ${projectId}::uuid, challenge_id, evaluation_id, user_key, device_id, reasons, status, email, sms,
            max_attempts, max_sends, lesson, at, expires_at
          from asking),
        counts as (
          select c.key, c.bucket, c.failed, c.succeeded, 1::bigint << c.user_bit as users, c.expires_ms,
            max(c.bucket) over (partition by c.key) as newest
          from unnest(${plain(counts.map(({ item }) => item))}::text::int[], ${texts(counts.map(({ key }) => key))}::text::text[],
            ${plain(counts.map(({ bucket }) => bucket))}::text::bigint[], ${plain(counts.map(({ failed }) => failed))}::text::int[],
            ${plain(counts.map(({ succeeded }) => succeeded))}::text::int[], ${plain(counts.map(({ userBit }) => userBit))}::text::int[],
            ${plain(counts.map(({ expiresAt }) => expiresAt))}::text::bigint[])
            as c (item, key, bucket, failed, succeeded, user_bit, expires_ms)
          where c.item in (select n from settled)),
        counted as (
          insert into counters as c (project_id, counter_key, bucket, failed, succeeded, users, failed_before, succeeded_before,
            users_before, expires_at)
          select ${projectId}::uuid, key, newest,
            sum(failed) filter (where bucket = newest), sum(succeeded) filter (where bucket = newest),
            coalesce(bit_or(users) filter (where bucket = newest), 0),
            coalesce(sum(failed) filter (where bucket = newest - 1), 0),
            coalesce(sum(succeeded) filter (where bucket = newest - 1), 0),
            coalesce(bit_or(users) filter (where bucket = newest - 1), 0), to_timestamp(max(expires_ms) / 1000.0)
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
        insert into evaluations (project_id, evaluation_id, user_key, action, failed, verdict, device_id, metadata, body)
        select ${projectId}::uuid, evaluation_id, user_key, action, failed, verdict, device_id, metadata, body
        from settled
        returning evaluation_id`;
      const recorded = new Set(rows.map((row) => row.evaluation_id));
      return records.map(({ evaluation }) =>
        recorded.has(evaluation.evaluationId) ? "recorded" : "conflict",
      );
    });

  return async (projectId, records) => {
    try {
      return await keep(projectId, records);
    } catch (error) {
      // Where one key was taken in this instant, all of it is judged again.
      if (isDivisionByZero(error)) return records.map(() => "conflict");
      throw error;
    }
  };
}
