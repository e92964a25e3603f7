import type { Contacts } from "../../challenge/contacts.js";
import type { Memories, Recall } from "../evaluation-store.js";
import { type CounterRow, toCounter } from "./counter-codec.js";
import type { Database } from "./database.js";
import { decodeKept, type StoredReading } from "./device-codec.js";
import { guarded } from "./faults.js";
import { hexes } from "./hexes.js";
import { decodeHistory, type StoredHistory } from "./history-codec.js";

interface MemoryRow {
  version: number | null;
  history: StoredHistory | null;
  contacts: Contacts | null;
  identities: { device_id: string; index: number }[] | null;
  devices: { device_id: string; version: number; readings: StoredReading[] }[] | null;
  evaluation_id: string | null;
  request_hash: Uint8Array | null;
  counters: CounterRow[] | null;
}

const toItem = ({ userKey, device, counterKeys, idempotencyKey, now }: Recall, index: number) => ({
  n: index,
  user_key: userKey,
  counters: counterKeys,
  ...(device === undefined
    ? {}
    : {
        prints: hexes(device.identityKeys),
        paths: hexes(device.pathKeys),
        token_device_id: device.tokenDeviceId,
      }),
  idempotency_key: idempotencyKey === undefined ? null : hexes([idempotencyKey])[0],
  at: new Date(now).toISOString(),
});

function toMemories(row: MemoryRow): Memories {
  return {
    userVersion: row.version ?? 0,
    history: decodeHistory(row.history),
    contacts: row.contacts ?? {},
    device: {
      devices: (row.devices ?? []).map(({ device_id, version, readings }) => ({
        deviceId: device_id,
        version,
        readings: readings.map(decodeKept),
      })),
      identities: (row.identities ?? []).map(({ device_id, index }) => ({ deviceId: device_id, index })),
    },
    counters: (row.counters ?? []).map(toCounter),
    repeated:
      row.evaluation_id !== null && row.request_hash !== null
        ? { evaluationId: row.evaluation_id, requestHash: row.request_hash }
        : undefined,
  };
}

/** A path that leads to this many devices is too common to tell one from another, and is not followed. */
const crowd = 9;

/**
 * Reads what the judgements of one project need, in one statement. The `limit 1`s change no answer, for each look-up is by a unique key; they keep
 * the planner, which cannot know how small a batch is, from reading whole tables to join them.
 */
export function recallBatch(sql: Database): (recalls: readonly Recall[]) => Promise<readonly Memories[]> {
  return (recalls) =>
    guarded(async () => {
      const projectId = recalls[0]?.projectId ?? null;
      const rows = await sql<MemoryRow[]>`
        select u.version, u.history, u.contacts, f.identities, d.devices, i.evaluation_id, i.request_hash, t.counters
        from json_to_recordset(${JSON.stringify(recalls.map(toItem))}::text::json)
          as r (n int, user_key text, prints text[], paths text[], token_device_id uuid, counters text[], idempotency_key text, at timestamptz)
        left join lateral (
          select version, history, contacts from users
          where project_id = ${projectId} and user_key = r.user_key limit 1) u on true
        left join lateral (
          select json_agg(json_build_object('device_id', d.device_id, 'index', k.n - 1)) as identities,
            array_agg(d.device_id) as device_ids
          from unnest(r.prints) with ordinality as k (hex, n),
          lateral (
            select device_id from fingerprints
            where project_id = ${projectId} and fingerprint_key = decode(k.hex, 'hex') limit 1) d) f on true
        left join lateral (
          select json_agg(json_build_object('device_id', d.device_id, 'version', d.version, 'readings', d.readings)) as devices
          from (
            select (h.entry ->> 0)::uuid as device_id from jsonb_array_elements(u.history -> 'd') as h (entry)
            union select unnest(f.device_ids)
            union select r.token_device_id
            union select found.device_id
              from unnest(r.paths) as k (hex)
              cross join lateral (
                select p.device_id, count(*) over () as along
                from (
                  select device_id from device_paths
                  where project_id = ${projectId} and path_key = decode(k.hex, 'hex') limit ${crowd}) p) found
              where found.along < ${crowd}) c
          cross join lateral (
            select device_id, version, readings from devices
            where project_id = ${projectId} and device_id = c.device_id limit 1) d
          where r.prints is not null) d on true
        left join lateral (
          select json_agg(json_build_array(c.counter_key, c.bucket, c.failed, c.succeeded, c.users::text,
            c.failed_before, c.succeeded_before, c.users_before::text)) as counters
          from (
            select unnest(r.counters) as key
            union select 'd:' || id from unnest(f.device_ids || r.token_device_id) id where id is not null) k,
          lateral (select * from counters where project_id = ${projectId} and counter_key = k.key limit 1) c) t on true
        left join lateral (
          select evaluation_id, request_hash from idempotency_keys
          where project_id = ${projectId} and key_hash = decode(r.idempotency_key, 'hex') and expires_at > r.at limit 1) i on true
        order by r.n`;
      return rows.map(toMemories);
    });
}
