import type { PolicyStore, PolicyVersion } from "../policy-store.js";
import type { Database } from "./database.js";
import { guarded } from "./faults.js";
import { countLimit } from "./paging.js";

interface PolicyRow {
  version: number;
  source: string;
  created_at: number;
}

const toVersion = ({ version, source, created_at }: PolicyRow): PolicyVersion => ({
  version,
  source,
  createdAt: created_at,
});

/** Policies in PostgreSQL. The project's row is the lock: whoever changes what is in force changes it first. */
export function postgresPolicyStore(sql: Database): PolicyStore {
  return {
    put: (projectId, source, now, limit) =>
      guarded(async () => {
        const [row] = await sql<PolicyRow[]>`
          with known as (
            select version, source, created_at from policies
            where project_id = ${projectId} and source = ${source} order by version limit 1),
          counted as (
            update projects set policy_count = policy_count + 1
            where project_id = ${projectId} and policy_count < ${limit} and not exists (select from known)
            returning policy_count),
          made as (
            insert into policies (project_id, version, source, created_at)
            select ${projectId}::uuid, policy_count, ${source}, ${now}::timestamptz from counted
            returning version, source, created_at)
          select version, source, created_at from known
          union all select version, source, created_at from made`;
        return row === undefined ? undefined : toVersion(row);
      }),

    find: (projectId, version) =>
      guarded(async () => {
        const [row] = await sql<PolicyRow[]>`
          select version, source, created_at from policies
          where project_id = ${projectId} and version = ${version}`;
        return row === undefined ? undefined : toVersion(row);
      }),

    list: (projectId, { page, limit }) =>
      guarded(async () => {
        const [rows, [count]] = await Promise.all([
          sql<PolicyRow[]>`
            select version, source, created_at from policies where project_id = ${projectId}
            order by version desc limit ${limit} offset ${(page - 1) * limit}`,
          sql<{ total: number }[]>`
            select count(*) as total from (
              select from policies where project_id = ${projectId} limit ${countLimit}) counted`,
        ]);
        return { data: rows.map(toVersion), total: count?.total ?? 0 };
      }),

    active: (projectId) =>
      guarded(async () => {
        const [row] = await sql<{ policy_version: number }[]>`
          select policy_version from projects where project_id = ${projectId}`;
        return row?.policy_version ?? 0;
      }),

    activate: (projectId, version, now) =>
      guarded(async () => {
        const rows = await sql`
          with there as (
            select from projects where project_id = ${projectId}
              and (${version}::int = 0 or exists (
                select from policies where project_id = ${projectId} and version = ${version}))),
          moved as (
            update projects set policy_version = ${version}, policy_activation = policy_activation + 1
            where project_id = ${projectId} and policy_version <> ${version} and exists (select from there)
            returning policy_activation),
          noted as (
            insert into policy_activations (project_id, activation, version, replaces, activated_at)
            select ${projectId}::uuid, policy_activation, ${version}::int, policy_activation - 1, ${now}::timestamptz
            from moved)
          select from there`;
        return rows.length === 1;
      }),

    rollback: (projectId, now) =>
      guarded(async () => {
        const [row] = await sql<{ version: number }[]>`
          with present as (
            select p.policy_activation, coalesce(earlier.version, 0) as version, earlier.replaces
            from projects p
            join policy_activations a on a.project_id = p.project_id and a.activation = p.policy_activation
            left join policy_activations earlier
              on earlier.project_id = a.project_id and earlier.activation = a.replaces
            where p.project_id = ${projectId} and a.replaces is not null),
          moved as (
            update projects p set policy_version = present.version, policy_activation = p.policy_activation + 1
            from present
            where p.project_id = ${projectId} and p.policy_activation = present.policy_activation
            returning p.policy_activation, present.version, present.replaces)
          insert into policy_activations (project_id, activation, version, replaces, activated_at)
          select ${projectId}::uuid, policy_activation, version, replaces, ${now}::timestamptz from moved
          returning version`;
        return row?.version;
      }),
  };
}
