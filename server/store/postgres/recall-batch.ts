import type { Contacts } from "../../challenge/contacts.js";
import type { Memories, Recall } from "../evaluation-store.js";
import type { Database } from "./database.js";
import { guarded } from "./faults.js";
import { hexes } from "./hexes.js";
import { decodeHistory, type StoredHistory } from "./history-codec.js";

interface MemoryRow {
  version: number | null;
  history: StoredHistory | null;
  contacts: Contacts | null;
  candidates: { device_id: string; identity: number }[] | null;
  evaluation_id: string | null;
  request_hash: Uint8Array | null;
}

const toItem = ({ userKey, fingerprintKeys, idempotencyKey, now }: Recall, index: number) => ({
  n: index,
  user_key: userKey,
  prints: hexes(fingerprintKeys),
  idempotency_key: idempotencyKey === undefined ? null : hexes([idempotencyKey])[0],
  at: new Date(now).toISOString(),
});

function toMemories(row: MemoryRow): Memories {
  return {
    userVersion: row.version ?? 0,
    history: decodeHistory(row.history),
    contacts: row.contacts ?? {},
    candidates: (row.candidates ?? []).map(({ device_id, identity }) => ({ deviceId: device_id, identity })),
    repeated:
      row.evaluation_id !== null && row.request_hash !== null
        ? { evaluationId: row.evaluation_id, requestHash: row.request_hash }
        : undefined,
  };
}

/**
 * Reads what the judgements of one project need, in one statement. The `limit 1`s change no answer, for each look-up is by a unique key; they keep
 * the planner, which cannot know how small a batch is, from reading whole tables to join them.
 */
export function recallBatch(sql: Database): (recalls: readonly Recall[]) => Promise<readonly Memories[]> {
  return (recalls) =>
    guarded(async () => {
      const projectId = recalls[0]?.projectId ?? null;
      const rows = await sql<MemoryRow[]>`
        select u.version, u.history, u.contacts, f.candidates, i.evaluation_id, i.request_hash
        from json_to_recordset(${JSON.stringify(recalls.map(toItem))}::text::json)
          as r (n int, user_key text, prints text[], idempotency_key text, at timestamptz)
        left join lateral (
          select version, history, contacts from users
          where project_id = ${projectId} and user_key = r.user_key limit 1) u on true
        left join lateral (
          select json_agg(json_build_object('device_id', d.device_id, 'identity', k.n - 1)) as candidates
          from unnest(r.prints) with ordinality as k (hex, n),
          lateral (
            select device_id from fingerprints
            where project_id = ${projectId} and fingerprint_key = decode(k.hex, 'hex') limit 1) d) f on true
        left join lateral (
          select evaluation_id, request_hash from idempotency_keys
          where project_id = ${projectId} and key_hash = decode(r.idempotency_key, 'hex') and expires_at > r.at limit 1) i on true
        order by r.n`;
      return rows.map(toMemories);
    });
}
