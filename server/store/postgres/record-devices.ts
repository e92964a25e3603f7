import type { DeviceChange, KeptEvaluation, Record } from "../evaluation-store.js";
import { byteas, instants, plain, texts } from "./array-literals.js";
import type { Database, Fragment } from "./database.js";
import { encodeReadings } from "./device-codec.js";
import { hex, hexes } from "./hexes.js";
import { instant } from "./instant.js";

/** Fingerprints that new devices take. */
export function printsOf(records: readonly Record[]) {
  return records.flatMap(({ evaluation, device }) =>
    (device?.identityKeys ?? []).map((key) => ({
      key,
      userKey: evaluation.userKey,
      deviceId: device?.device.deviceId,
      at: evaluation.createdAt,
    })),
  );
}

/** Takes the fingerprints, as `prints`; those that nobody had taken are in `printed`. */
export function takePrints(sql: Database, projectId: string, prints: ReturnType<typeof printsOf>): Fragment {
  return sql`
        prints as materialized (
          select * from unnest(${byteas(prints.map(({ key }) => key))}::text::bytea[], ${texts(prints.map(({ userKey }) => userKey))}::text::text[],
            ${plain(prints.map(({ deviceId }) => deviceId))}::text::uuid[], ${instants(prints.map(({ at }) => at))}::text::timestamptz[])
            as p (key, user_key, device_id, at)),
        printed as (
          insert into fingerprints (project_id, fingerprint_key, device_id, first_seen_at)
          select ${projectId}::uuid, key, device_id, at from prints order by key
          on conflict (project_id, fingerprint_key) do nothing
          returning fingerprint_key),`;
}

/** Users whose judgement rests on a new device whose fingerprint another call has taken, be it another user's of this batch. */
export function refusedForPrints(
  sql: Database,
  prints: ReturnType<typeof printsOf>,
  records: readonly Record[],
): Fragment {
  const fresh = new Set(prints.map(({ deviceId }) => deviceId));
  const resting = records.map(({ evaluation }) => evaluation).filter(({ deviceId }) => fresh.has(deviceId));
  return sql`
          select user_key from prints where key not in (select fingerprint_key from printed)
          union all
          select r.user_key from unnest(${texts(resting.map(({ userKey }) => userKey))}::text::text[],
            ${plain(resting.map(({ deviceId }) => deviceId))}::text::uuid[]) as r (user_key, device_id)
          where r.device_id in (select device_id from prints where key not in (select fingerprint_key from printed))`;
}

const without = (keys: readonly string[], others: readonly string[]) =>
  keys.filter((key) => !others.includes(key));

/**
 * What the records change about devices, each device once. A second change of one user follows from the first and is joined to it; one of another
 * user is left out, as it is where it comes at the same time on another server.
 */
export function machinesOf(records: readonly Record[]) {
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

/** Writes what `settled` changes about devices; seldom is there more than new ones. */
export function writeDevices(
  sql: Database,
  projectId: string,
  machines: ReturnType<typeof machinesOf>,
): Fragment {
  const changed = machines.some(({ version, drop_paths }) => version > 1 || drop_paths.length > 0);
  return sql`
        machines as materialized (
          select m.* from json_to_recordset(${JSON.stringify(machines)}::text::json) as m (
            evaluation_id uuid, at timestamptz, device_id uuid, version int, readings text, add_paths text[], drop_paths text[])
          where m.evaluation_id in (select evaluation_id from settled)),
        ${machines.some(({ version }) => version === 1) ? appear(sql, projectId) : sql``}
        ${changed ? drift(sql, projectId) : sql``}
        paths_come as (
          insert into device_paths (project_id, path_key, device_id)
          select ${projectId}::uuid, decode(k.hex, 'hex'), m.device_id
          from machines m, unnest(m.add_paths) as k (hex)
          order by k.hex, m.device_id
          on conflict (project_id, path_key, device_id) do nothing),`;
}

const appear = (sql: Database, projectId: string): Fragment => sql`
        appeared as (
          insert into devices (project_id, device_id, version, first_seen_at, last_seen_at, readings)
          select ${projectId}::uuid, device_id, 1, at, at, decode(readings, 'hex')
          from machines where version = 1 order by device_id
          on conflict (project_id, device_id) do nothing),`;

const drift = (sql: Database, projectId: string): Fragment => sql`
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
          where p.project_id = ${projectId} and p.path_key = decode(k.hex, 'hex') and p.device_id = m.device_id),`;
