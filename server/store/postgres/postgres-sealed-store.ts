import type { ChannelName } from "../../challenge/challenge.js";
import type { Contacts } from "../../challenge/contacts.js";
import type { CopyPlace, SealedStore } from "../sealed-store.js";
import { plain, texts } from "./array-literals.js";
import type { Database } from "./database.js";
import { guarded } from "./faults.js";

const first = "00000000-0000-0000-0000-000000000000";

/** Sealed contacts in PostgreSQL. Rows that are locked are skipped, so that no caller waits for a walk. */
export function postgresSealedStore(sql: Database): SealedStore {
  const idOf = (place: CopyPlace) => (place === "challenges" ? sql`challenge_id` : sql`notice_id`);

  return {
    users: (after, limit) =>
      guarded(async () => {
        const rows = await sql<
          { project_id: string; user_key: string; version: number; contacts: Contacts }[]
        >`
          select project_id, user_key, version, contacts from users
          where (project_id, user_key) > (${after?.projectId ?? first}::uuid, ${after?.userKey ?? ""})
          order by project_id, user_key limit ${limit}`;
        return rows.map((row) => ({
          projectId: row.project_id,
          userKey: row.user_key,
          version: row.version,
          contacts: row.contacts,
        }));
      }),

    putUsers: (users) =>
      guarded(async () => {
        const rows = await sql`
          with input as materialized (
            select * from unnest(${plain(users.map(({ projectId }) => projectId))}::text::uuid[],
              ${texts(users.map(({ userKey }) => userKey))}::text::text[],
              ${plain(users.map(({ version }) => version))}::text::bigint[],
              ${texts(users.map(({ contacts }) => JSON.stringify(contacts)))}::text::jsonb[])
              as i (project_id, user_key, version, contacts)),
          held as materialized (
            select u.project_id, u.user_key from users u join input i using (project_id, user_key)
            where u.version = i.version
            for update of u skip locked)
          update users u set contacts = i.contacts, version = u.version + 1
          from input i join held using (project_id, user_key)
          where u.project_id = i.project_id and u.user_key = i.user_key and u.version = i.version
          returning 1`;
        return rows.length;
      }),

    copies: (place, after, limit) =>
      guarded(async () => {
        const id = idOf(place);
        const part = sql`
          select * from ${sql(place)}
          where (project_id, ${id}) > (${after?.projectId ?? first}::uuid, ${after?.id ?? first}::uuid)
          order by project_id, ${id} limit ${limit}`;
        // A challenge without a contact is a row all the same, or else a part full of them would look like the end.
        const rows = await sql<{ project_id: string; id: string; channel: ChannelName; sealed: string }[]>`
          select p.project_id, p.${id} as id, s.channel, coalesce(s.sealed, '') as sealed
          from (${part}) p
          cross join lateral (
            ${
              place === "challenges"
                ? sql`select * from (values ('email', p.email), ('sms', p.sms)) as v (channel, sealed)`
                : sql`select p.channel, p.contact as sealed`
            }) s
          order by p.project_id, p.${id}`;
        return rows.map((row) => ({
          projectId: row.project_id,
          id: row.id,
          channel: row.channel,
          sealed: row.sealed,
        }));
      }),

    putCopies: (place, copies) =>
      guarded(async () => {
        let put = 0;
        for (const channel of ["email", "sms"] as const) {
          const those = copies.filter((copy) => copy.channel === channel);
          if (those.length === 0) continue;
          const column = place === "notices" ? "contact" : channel;
          const id = idOf(place);
          const rows = await sql`
            with input as materialized (
              select * from unnest(${plain(those.map(({ projectId }) => projectId))}::text::uuid[],
                ${plain(those.map((copy) => copy.id))}::text::uuid[],
                ${texts(those.map(({ sealed }) => sealed))}::text::text[], ${texts(those.map(({ fresh }) => fresh))}::text::text[])
                as i (project_id, id, sealed, fresh)),
            held as materialized (
              select c.project_id, c.${id} as id from ${sql(place)} c join input i on i.project_id = c.project_id and i.id = c.${id}
              where c.${sql(column)} = i.sealed
              for update of c skip locked)
            update ${sql(place)} c set ${sql(column)} = i.fresh
            from input i join held using (project_id, id)
            where c.project_id = i.project_id and c.${id} = i.id and c.${sql(column)} = i.sealed
            returning 1`;
          put += rows.length;
        }
        return put;
      }),
  };
}
