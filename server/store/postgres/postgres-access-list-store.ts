import type { AccessEntry, ListName } from "../../risk/access-list.js";
import type { ListedKind } from "../../risk/policy/subject.js";
import type { AccessListStore } from "../access-list-store.js";
import type { Database } from "./database.js";
import { guarded } from "./faults.js";

interface EntryRow {
  entry_id: string;
  list: ListName;
  kind: ListedKind;
  value: string;
  comment: string;
  created_at: number;
  expires_at: number | null;
}

const toEntry = (row: EntryRow): AccessEntry => ({
  entryId: row.entry_id,
  list: row.list,
  kind: row.kind,
  value: row.value,
  comment: row.comment,
  createdAt: row.created_at,
  expiresAt: row.expires_at ?? undefined,
});

/** Lists in PostgreSQL. The project's row is the lock: whoever changes its lists changes it first. */
export function postgresAccessListStore(sql: Database): AccessListStore {
  const columns = sql`entry_id, list, kind, value, comment, created_at, expires_at`;
  return {
    put: (projectId, entry, limit) =>
      guarded(async () => {
        const same = sql`list = ${entry.list} and kind = ${entry.kind} and value = ${entry.value}`;
        const [row] = await sql<EntryRow[]>`
          with changed as (
            update projects set lists_revision = lists_revision + 1
            where project_id = ${projectId} and (
              exists (select from access_entries where project_id = ${projectId} and ${same})
              or ${limit}::int > (
                select count(*) from access_entries
                where project_id = ${projectId} and (expires_at is null or expires_at > ${entry.createdAt})))
            returning project_id),
          ended as (
            delete from access_entries
            where project_id in (select project_id from changed) and expires_at <= ${entry.createdAt} and not (${same}))
          insert into access_entries (project_id, list, kind, value, entry_id, comment, created_at, expires_at)
          select project_id, ${entry.list}, ${entry.kind}, ${entry.value}, ${entry.entryId}::uuid, ${entry.comment},
            ${entry.createdAt}::timestamptz, ${entry.expiresAt ?? null}::timestamptz
          from changed
          on conflict (project_id, list, kind, value) do update
          set comment = excluded.comment, expires_at = excluded.expires_at
          returning ${columns}`;
        return row === undefined ? undefined : toEntry(row);
      }),

    remove: (projectId, entryId) =>
      guarded(async () => {
        const rows = await sql`
          with gone as (
            delete from access_entries where project_id = ${projectId} and entry_id = ${entryId} returning 1)
          update projects set lists_revision = lists_revision + 1
          where project_id = ${projectId} and exists (select from gone)
          returning 1`;
        return rows.length === 1;
      }),

    removeValue: (projectId, { list, kind, value }) =>
      guarded(async () => {
        const rows = await sql`
          with gone as (
            delete from access_entries
            where project_id = ${projectId} and list = ${list} and kind = ${kind} and value = ${value}
            returning 1)
          update projects set lists_revision = lists_revision + 1
          where project_id = ${projectId} and exists (select from gone)
          returning 1`;
        return rows.length === 1;
      }),

    all: (projectId, now) =>
      guarded(async () => {
        const rows = await sql<EntryRow[]>`
          select ${columns} from access_entries
          where project_id = ${projectId} and (expires_at is null or expires_at > ${now})`;
        return rows.map(toEntry);
      }),

    page: (projectId, { page, limit, list }, now) =>
      guarded(async () => {
        const which = sql`
          project_id = ${projectId} and (expires_at is null or expires_at > ${now})
          ${list === undefined ? sql`` : sql`and list = ${list}`}`;
        const [rows, [count]] = await Promise.all([
          sql<EntryRow[]>`
            select ${columns} from access_entries where ${which}
            order by entry_id desc limit ${limit} offset ${(page - 1) * limit}`,
          sql<{ total: number }[]>`select count(*) as total from access_entries where ${which}`,
        ]);
        return { data: rows.map(toEntry), total: count?.total ?? 0 };
      }),
  };
}
