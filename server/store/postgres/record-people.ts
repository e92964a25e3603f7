import type { Record } from "../evaluation-store.js";
import { byteas, instants, plain, texts } from "./array-literals.js";
import type { Database, Fragment } from "./database.js";
import { encodeHistory } from "./history-codec.js";

/** Several judgements of one user stand or fall together, so only the last one's row is written. */
export function peopleOf(records: readonly Record[]) {
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

/** The part of the statement that writes the users' rows, each while its version is still the one that was read; those that it wrote are in `person`. */
export function writePeople(
  sql: Database,
  projectId: string,
  people: ReturnType<typeof peopleOf>,
  standing: Fragment,
): Fragment {
  return sql`
        person as (
          insert into users (project_id, user_key, version, first_seen_at, last_seen_at, devices, memory, contacts)
          select ${projectId}::uuid, user_key, version, first_at, last_at, devices::uuid[], memory, contacts::jsonb
          from unnest(${texts(people.map(({ userKey }) => userKey))}::text::text[], ${plain(people.map(({ version }) => version))}::text::bigint[],
            ${instants(people.map(({ firstAt }) => firstAt))}::text::timestamptz[],
            ${instants(people.map(({ lastAt }) => lastAt))}::text::timestamptz[],
            ${texts(people.map(({ devices }) => plain(devices)))}::text::text[], ${byteas(people.map(({ memory }) => memory))}::text::bytea[],
            ${texts(people.map(({ contacts }) => JSON.stringify(contacts)))}::text::text[])
            as u (user_key, version, first_at, last_at, devices, memory, contacts)
          where ${standing}
          order by user_key
          on conflict (project_id, user_key) do update
          set version = excluded.version, last_seen_at = greatest(users.last_seen_at, excluded.last_seen_at), devices = excluded.devices,
            memory = excluded.memory, contacts = excluded.contacts
          where users.version = excluded.version - 1
          returning user_key),`;
}
