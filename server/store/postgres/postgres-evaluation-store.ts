import type { Contacts } from "../../challenge/contacts.js";
import type { Outcome, ReasonName, Signal, Verdict } from "../../risk/words.js";
import type { Evaluation, EvaluationStore } from "../evaluation-store.js";
import type { Database } from "./database.js";
import { guarded, isDivisionByZero } from "./faults.js";
import { hexes } from "./hexes.js";
import { decodeHistory, encodeHistory, type StoredHistory } from "./history-codec.js";
import { countLimit } from "./paging.js";

interface MemoryRow {
  version: number | null;
  history: StoredHistory | null;
  contacts: Contacts | null;
  candidates: { device_id: string; identity: number }[] | null;
  evaluation_id: string | null;
  request_hash: Uint8Array | null;
}

interface EvaluationRow {
  project_id: string;
  evaluation_id: string;
  created_at: number;
  user_key: string;
  action: string;
  outcome: Outcome;
  verdict: Verdict;
  reasons: ReasonName[];
  score: number;
  device_id: string | null;
  confidence: number | null;
  challenge_id: string | null;
  ip: string | null;
  country: string | null;
  asn: number | null;
  metadata: string | null;
  signals: Signal[];
}

const toEvaluation = (row: EvaluationRow): Evaluation => ({
  projectId: row.project_id,
  evaluationId: row.evaluation_id,
  createdAt: row.created_at,
  userKey: row.user_key,
  action: row.action,
  outcome: row.outcome,
  verdict: row.verdict,
  reasons: row.reasons,
  score: row.score,
  deviceId: row.device_id ?? undefined,
  confidence: row.confidence ?? undefined,
  challengeId: row.challenge_id ?? undefined,
  ip: row.ip ?? undefined,
  country: row.country ?? undefined,
  asn: row.asn ?? undefined,
  metadataJson: row.metadata ?? undefined,
  signals: row.signals,
});

/** Runs `record`'s statement, which divides by zero where it must keep nothing. */
async function unlessConflict(statement: () => Promise<void>): Promise<"recorded" | "conflict"> {
  try {
    await guarded(statement);
    return "recorded";
  } catch (error) {
    if (isDivisionByZero(error)) return "conflict";
    throw error;
  }
}

/** Evaluations, and what judging needs, in PostgreSQL. */
export function postgresEvaluationStore(sql: Database): EvaluationStore {
  const columns = sql`
    project_id, evaluation_id, created_at, user_key, action, outcome, verdict, reasons, score, device_id, confidence,
    challenge_id, host(ip) as ip, country, asn, metadata, signals`;

  return {
    recall: ({ projectId, userKey, fingerprintKeys, idempotencyKey, now }) =>
      guarded(async () => {
        const [row] = await sql<MemoryRow[]>`
          select u.version, u.history, u.contacts, f.candidates, i.evaluation_id, i.request_hash
          from (select) one
          left join users u on u.project_id = ${projectId} and u.user_key = ${userKey}
          left join lateral (
            select json_agg(json_build_object('device_id', device_id, 'identity', k.n - 1)) as candidates
            from unnest(${hexes(fingerprintKeys)}::text[]) with ordinality as k (hex, n)
            join fingerprints on project_id = ${projectId} and fingerprint_key = decode(k.hex, 'hex')) f on true
          left join idempotency_keys i
            on i.project_id = ${projectId} and i.key_hash = ${idempotencyKey ?? null}::bytea and i.expires_at > ${now}`;
        return {
          userVersion: row?.version ?? 0,
          history: decodeHistory(row?.history),
          contacts: row?.contacts ?? {},
          candidates: (row?.candidates ?? []).map(({ device_id, identity }) => ({
            deviceId: device_id,
            identity,
          })),
          repeated:
            row?.evaluation_id && row.request_hash
              ? { evaluationId: row.evaluation_id, requestHash: row.request_hash }
              : undefined,
        };
      }),

    record: ({ evaluation: e, user, newFingerprintKeys, challenge: c, idempotency }) =>
      unlessConflict(async () => {
        // Each part waits for the ones before it, so locks are always taken in this order: key, fingerprint, user, challenges.
        await sql`
          with claim as (
            insert into idempotency_keys (project_id, key_hash, request_hash, evaluation_id, expires_at)
            select ${e.projectId}::uuid, ${idempotency?.key ?? null}::bytea, ${idempotency?.requestHash ?? null}::bytea,
              ${e.evaluationId}::uuid, ${idempotency?.expiresAt ?? null}::timestamptz
            where ${idempotency !== undefined}
            on conflict (project_id, key_hash) do update
            set request_hash = excluded.request_hash, evaluation_id = excluded.evaluation_id, expires_at = excluded.expires_at
            where idempotency_keys.expires_at <= ${e.createdAt}
            returning 1),
          prints as (
            insert into fingerprints (project_id, fingerprint_key, device_id, first_seen_at)
            select ${e.projectId}::uuid, decode(hex, 'hex'), ${e.deviceId ?? null}::uuid, ${e.createdAt}::timestamptz
            from unnest(${hexes(newFingerprintKeys).sort()}::text[]) as hex
            where ${idempotency === undefined} or exists (select from claim)
            on conflict (project_id, fingerprint_key) do nothing
            returning 1),
          ready as (
            select where (${idempotency === undefined} or exists (select from claim))
              and (select count(*) from prints) = ${newFingerprintKeys.length}::int),
          person as (
            insert into users (project_id, user_key, version, first_seen_at, last_seen_at, history, contacts)
            select ${e.projectId}::uuid, ${e.userKey}, 1, ${e.createdAt}::timestamptz, ${e.createdAt}::timestamptz,
              ${sql.json({ ...encodeHistory(user?.history ?? decodeHistory(null)) } as never)}::jsonb,
              ${sql.json({ ...user?.contacts } as never)}::jsonb
            from ready where ${user !== undefined}
            on conflict (project_id, user_key) do update
            set version = users.version + 1, last_seen_at = excluded.last_seen_at, history = excluded.history,
              contacts = excluded.contacts
            where users.version = ${user?.expectedVersion ?? 0}
            returning 1),
          settled as (
            -- Something has changed since recall: the division by zero takes back all of the above, too.
            select where 1 / (case when exists (select from ready) and (${user === undefined} or exists (select from person))
              then 1 else 0 end) = 1),
          superseded as (
            update challenges set status = 'superseded', code_hash = null, pending_code_hash = null
            where ${c !== undefined} and exists (select from settled)
              and project_id = ${e.projectId} and user_key = ${e.userKey}
              and device_id is not distinct from ${e.deviceId ?? null}::uuid and status in ('created', 'sent')),
          opened as (
            insert into challenges (project_id, challenge_id, evaluation_id, user_key, device_id, reasons, status, email, sms,
              max_attempts, max_sends, lesson, created_at, expires_at)
            select ${e.projectId}::uuid, ${c?.challengeId ?? null}::uuid, ${e.evaluationId}::uuid, ${e.userKey},
              ${e.deviceId ?? null}::uuid, ${[...e.reasons]}::text[], 'created', ${c?.contacts.email ?? null}::text,
              ${c?.contacts.sms ?? null}::text, ${c?.maxAttempts ?? null}::int, ${c?.maxSends ?? null}::int,
              ${sql.json({ ...c?.lesson })}::jsonb, ${e.createdAt}::timestamptz, ${c?.expiresAt ?? null}::timestamptz
            from settled where ${c !== undefined})
          insert into evaluations (project_id, evaluation_id, created_at, user_key, action, outcome, verdict, reasons, score,
            device_id, confidence, challenge_id, ip, country, asn, metadata, signals)
          select ${e.projectId}::uuid, ${e.evaluationId}::uuid, ${e.createdAt}::timestamptz, ${e.userKey}, ${e.action},
            ${e.outcome}, ${e.verdict}, ${[...e.reasons]}::text[], ${e.score}::double precision, ${e.deviceId ?? null}::uuid,
            ${e.confidence ?? null}::double precision, ${e.challengeId ?? null}::uuid, ${e.ip ?? null}::inet,
            ${e.country ?? null}::text, ${e.asn ?? null}::bigint, ${e.metadataJson ?? null}::text,
            ${sql.json([...e.signals] as never)}::jsonb
          from settled`;
      }),

    find: (projectId, evaluationId) =>
      guarded(async () => {
        const [row] = await sql<EvaluationRow[]>`
          select ${columns} from evaluations where project_id = ${projectId} and evaluation_id = ${evaluationId}`;
        return row === undefined ? undefined : toEvaluation(row);
      }),

    list: (projectId, { page, limit, userKey }) =>
      guarded(async () => {
        const which = sql`project_id = ${projectId} ${userKey === undefined ? sql`` : sql`and user_key = ${userKey}`}`;
        const [rows, [count]] = await Promise.all([
          sql<EvaluationRow[]>`
            select ${columns} from evaluations where ${which}
            order by evaluation_id desc limit ${limit} offset ${(page - 1) * limit}`,
          sql<{ total: number }[]>`
            select count(*) as total from (select from evaluations where ${which} limit ${countLimit}) counted`,
        ]);
        return { data: rows.map(toEvaluation), total: count?.total ?? 0 };
      }),
  };
}
