import type { Contacts } from "../../challenge/contacts.js";
import { userCounterKey } from "../../risk/counters.js";
import type { UserStore } from "../user-store.js";
import { type ChallengeRow, challengeColumns, toChallenge } from "./challenge-row.js";
import type { Database } from "./database.js";
import { ofUser } from "./evaluations-of-user.js";
import { guarded } from "./faults.js";
import { decodeHistory } from "./history-codec.js";
import { historyColumns } from "./history-columns.js";

/**
 * Erases a user. The row is locked by a statement of its own before: what somebody else was just writing about the user, a completion with its notice or
 * an evaluation, is committed by then and seen by the statement that removes it all.
 */
async function eraseIn(sql: Database, projectId: string, userKey: string): Promise<boolean> {
  await sql`select from users where project_id = ${projectId} and user_key = ${userKey} for update`;
  const [row] = await sql<{ erased: number }[]>`
    with person as (delete from users where project_id = ${projectId} and user_key = ${userKey} returning devices),
    asked as (delete from challenges where project_id = ${projectId} and user_key = ${userKey} returning challenge_id),
    sent as (
      delete from deliveries
      where project_id = ${projectId} and challenge_id in (select challenge_id from asked)),
    judged as (delete from evaluations where ${ofUser(sql, projectId, userKey)}
      returning evaluation_id, device_id),
    owned as (
      select device_id from judged where device_id is not null
      union select unnest(devices) from person),
    devices_gone as (
      delete from devices where project_id = ${projectId} and device_id in (select device_id from owned)),
    paths_gone as (
      delete from device_paths where project_id = ${projectId} and device_id in (select device_id from owned)),
    prints_gone as (
      delete from fingerprints where project_id = ${projectId} and device_id in (select device_id from owned)),
    reported as (delete from attack_reports where project_id = ${projectId} and user_key = ${userKey}),
    noticed as (
      delete from notices
      where project_id = ${projectId} and evaluation_id in (select evaluation_id from judged)),
    said as (delete from feedback where project_id = ${projectId} and user_key = ${userKey}),
    counted as (
      delete from counters where project_id = ${projectId} and counter_key = ${userCounterKey(userKey)}),
    unlisted as (
      delete from access_entries
      where project_id = ${projectId} and ((kind = 'user' and value = ${userKey})
        or (kind = 'device' and value in (select device_id::text from owned)))
      returning 1),
    relisted as (
      update projects set lists_revision = lists_revision + 1
      where project_id = ${projectId} and exists (select from unlisted)),
    keyed as (
      delete from idempotency_keys
      where project_id = ${projectId} and evaluation_id in (select evaluation_id from judged))
    select (select count(*) from person) + (select count(*) from asked) + (select count(*) from judged)
      + (select count(*) from unlisted) as erased`;
  return (row?.erased ?? 0) > 0;
}

/** Users in PostgreSQL. */
export function postgresUserStore(sql: Database): UserStore {
  return {
    find: (projectId, userKey) =>
      guarded(async () => {
        const [row] = await sql<
          {
            user_key: string;
            version: number;
            first_seen_at: number;
            devices: string[];
            memory: Uint8Array;
            contacts: Contacts;
          }[]
        >`
          select user_key, version, first_seen_at, devices, memory, contacts from users
          where project_id = ${projectId} and user_key = ${userKey}`;
        if (row === undefined) return undefined;
        return {
          userKey: row.user_key,
          version: row.version,
          firstSeenAt: row.first_seen_at,
          history: decodeHistory(row),
          contacts: row.contacts,
        };
      }),

    firstKnown: (projectId, userKeys) =>
      guarded(async () => {
        const rows = await sql<{ user_key: string }[]>`
          select user_key from users where project_id = ${projectId} and user_key = any (${[...userKeys]}::text[])`;
        const known = new Set(rows.map(({ user_key }) => user_key));
        return userKeys.find((userKey) => known.has(userKey));
      }),

    putHistory: (projectId, user, history) =>
      guarded(async () => {
        const rows = await sql`
          update users set version = version + 1, ${historyColumns(sql, history)}
          where project_id = ${projectId} and user_key = ${user.userKey} and version = ${user.version}
          returning 1`;
        return rows.length === 1;
      }),

    challenges: (projectId, userKey, limit) =>
      guarded(async () => {
        const rows = await sql<ChallengeRow[]>`
          select ${challengeColumns(sql)} from challenges c
          where c.project_id = ${projectId} and c.user_key = ${userKey} order by c.challenge_id desc limit ${limit}`;
        return rows.map(toChallenge);
      }),

    erase: (projectId, userKey) =>
      guarded(() =>
        sql.begin((transaction) => eraseIn(transaction as unknown as Database, projectId, userKey)),
      ),
  };
}
