import type { Memories, Recall } from "../evaluation-store.js";
import { byteas, plain, texts } from "./array-literals.js";
import type { Database } from "./database.js";
import { guarded } from "./faults.js";
import { decodeHistory } from "./history-codec.js";
import {
  type Answer,
  type Person,
  readAlong,
  readCounters,
  readDevices,
  readPeople,
  readPrints,
} from "./recall-answer.js";

/** A path that leads to this many devices is too common to tell one from another, and is not followed. */
const crowd = 9;

const nobody: Person = { version: 0, history: decodeHistory(undefined), contacts: {} };

/** Numbers values of which many are the same, from 1, in the order in which they first came. */
function numbered(): { readonly values: string[]; numberOf(value: string): number } {
  const values: string[] = [];
  const numbers = new Map<string, number>();
  return {
    values,
    numberOf(value) {
      const known = numbers.get(value);
      if (known !== undefined) return known;
      values.push(value);
      numbers.set(value, values.length);
      return values.length;
    },
  };
}

/** What there is of what was asked for. */
function present<T>(all: ReadonlyMap<string, T>, keys: ReadonlySet<string>): readonly T[] {
  const values: T[] = [];
  for (const key of keys) {
    const value = all.get(key);
    if (value !== undefined) values.push(value);
  }
  return values;
}

/** The look-ups of some attempts, each thing once. */
function lookupsOf(recalls: readonly Recall[]) {
  const users = numbered();
  const counters = numbered();
  const prints: { readonly key: Uint8Array; readonly own: boolean; readonly item: number }[] = [];
  const paths: { readonly key: Uint8Array; readonly item: number }[] = [];
  const tokens = new Set<string>();
  const claims: { readonly key: Uint8Array; readonly item: number }[] = [];
  for (const [item, { userKey, device, counterKeys, idempotencyKeys }] of recalls.entries()) {
    users.numberOf(userKey);
    for (const key of idempotencyKeys) claims.push({ key, item });
    for (const key of counterKeys) counters.numberOf(key);
    if (device === undefined) continue;
    for (const { key, own } of device.identities) prints.push({ key, own, item });
    for (const key of device.pathKeys) paths.push({ key, item });
    if (device.tokenDeviceId !== undefined) tokens.add(device.tokenDeviceId);
  }
  return { users, counters, prints, paths, tokens: [...tokens], claims };
}

/**
 * Reads what the judgements of some attempts of one project need, in one statement. The `limit 1`s change no answer, for each look-up is by a
 * unique key; they keep the planner, which cannot know how small a batch is, from reading whole tables to join them. Who came with exactly this
 * fingerprint before is not looked for along the paths.
 */
export function recallBatch(
  sql: Database,
): (projectId: string, recalls: readonly Recall[]) => Promise<readonly Memories[]> {
  return (projectId, recalls) =>
    guarded(async () => {
      const { users, counters, prints, paths, tokens, claims } = lookupsOf(recalls);
      const now = recalls[0]?.now ?? 0;
      const repeats = sql`
          (select json_agg(json_build_array(k.item, i.evaluation_id, encode(i.request_hash, 'hex')))
            from unnest(${byteas(claims.map(({ key }) => key))}::text::bytea[], ${plain(claims.map(({ item }) => item))}::text::int[])
              as k (key, item)
            cross join lateral (
              select evaluation_id, request_hash from idempotency_keys
              where project_id = ${projectId} and key_hash = k.key and expires_at > ${now}::timestamptz limit 1) i)`;
      const [row] = await sql<Answer[]>`
        with person as materialized (
          select k.n, u.version, u.devices, u.memory, u.contacts
          from unnest(${texts(users.values)}::text::text[]) with ordinality as k (user_key, n)
          cross join lateral (
            select version, devices, memory, contacts from users
            where project_id = ${projectId} and user_key = k.user_key limit 1) u),
        print as materialized (
          select k.n, k.item, k.own, f.device_id
          from unnest(${byteas(prints.map(({ key }) => key))}::text::bytea[], ${plain(prints.map(({ item }) => item))}::text::int[],
            ${plain(prints.map(({ own }) => own))}::text::bool[]) with ordinality as k (key, item, own, n)
          cross join lateral (
            select device_id from fingerprints
            where project_id = ${projectId} and fingerprint_key = k.key limit 1) f),
        along as materialized (
          select k.item, found.device_id
          from (
            select * from unnest(${byteas(paths.map(({ key }) => key))}::text::bytea[], ${plain(paths.map(({ item }) => item))}::text::int[])
              as path (key, item)
            where item <> all (array(select item from print where own))) k
          cross join lateral (
            select p.device_id, count(*) over () as along
            from (
              select device_id from device_paths
              where project_id = ${projectId} and path_key = k.key limit ${crowd}) p) found
          where found.along < ${crowd}),
        known as (
          select unnest(devices) as device_id from person
          union select device_id from print
          union select device_id from along
          union select unnest(${plain(tokens)}::text::uuid[]))
        select
          (select string_agg(concat_ws(' ', n, version, array_to_string(devices, ','), encode(memory, 'hex'), contacts), E'\\n') from person)
            as people,
          (select string_agg(concat_ws(' ', n, device_id), E'\\n') from print) as prints,
          (select string_agg(concat_ws(' ', item, device_id), E'\\n') from along) as along,
          (select string_agg(concat_ws(' ', d.device_id, d.version, encode(d.readings, 'hex')), E'\\n')
            from known k cross join lateral (
              select device_id, version, readings from devices
              where project_id = ${projectId} and device_id = k.device_id limit 1) d) as devices,
          (select json_agg(concat_ws(' ', c.bucket, c.failed, c.succeeded, c.users, c.failed_before, c.succeeded_before, c.users_before,
              c.counter_key))
            from (
              select unnest(${texts(counters.values)}::text::text[]) as key
              union all select 'd:' || device_id from print
              union all select 'd:' || unnest(${plain(tokens)}::text::text[])) k
            cross join lateral (
              select * from counters where project_id = ${projectId} and counter_key = k.key limit 1) c) as counters,
          ${claims.length === 0 ? sql`null` : repeats} as repeated`;

      const people = readPeople(row?.people);
      const devices = readDevices(row?.devices);
      const found = readPrints(row?.prints);
      const along = readAlong(row?.along);
      const counted = readCounters(row?.counters);
      const repeated = new Map(row?.repeated?.map(([item, ...rest]) => [item, rest]));

      let printsBefore = 0;
      return recalls.map((recall, item): Memories => {
        const person = people.get(users.numberOf(recall.userKey)) ?? nobody;
        const identities: { readonly index: number; readonly deviceId: string }[] = [];
        const candidates = new Set<string>();
        const asked = new Set(recall.counterKeys);
        if (recall.device !== undefined) {
          for (const { key } of person.history.devices) candidates.add(key);
          for (let index = 0; index < recall.device.identities.length; index++) {
            const deviceId = found.get(++printsBefore);
            if (deviceId === undefined) continue;
            identities.push({ index, deviceId });
            candidates.add(deviceId);
            asked.add(`d:${deviceId}`);
          }
          for (const deviceId of along.get(item) ?? []) candidates.add(deviceId);
          const token = recall.device.tokenDeviceId;
          if (token !== undefined) {
            candidates.add(token);
            asked.add(`d:${token}`);
          }
        }
        const before = repeated.get(item);
        return {
          userVersion: person.version,
          history: person.history,
          contacts: person.contacts,
          device: { devices: present(devices, candidates), identities },
          counters: present(counted, asked),
          repeated:
            before === undefined
              ? undefined
              : { evaluationId: before[0], requestHash: Buffer.from(before[1], "hex") },
        };
      });
    });
}
