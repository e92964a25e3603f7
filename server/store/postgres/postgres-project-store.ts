import type { Project, ProjectSettings, ProjectStore } from "../project-store.js";
import type { Database } from "./database.js";
import { guarded, isUniqueViolation } from "./faults.js";
import { hexes } from "./hexes.js";

interface ProjectRow {
  project_id: string;
  name: string;
  settings: ProjectSettings;
  policy_version: number;
  lists_revision: number;
  created_at: number;
}

const toProject = (row: ProjectRow): Project => ({
  projectId: row.project_id,
  name: row.name,
  settings: row.settings,
  policyVersion: row.policy_version,
  listsRevision: row.lists_revision,
  createdAt: row.created_at,
});

/** Projects in PostgreSQL. */
export function postgresProjectStore(sql: Database): ProjectStore {
  const findOne = async (rows: Promise<readonly ProjectRow[]>): Promise<Project | undefined> => {
    const [row] = await rows;
    return row === undefined ? undefined : toProject(row);
  };

  return {
    create: (project, secret) =>
      guarded(async () => {
        const made = await sql`
          with made as (
            insert into projects (project_id, name, settings, created_at)
            values (${project.projectId}, ${project.name}, ${sql.json({ ...project.settings })}, ${project.createdAt})
            on conflict (name) do nothing
            returning project_id)
          insert into secrets (secret_hash, secret_id, project_id, created_at)
          select ${secret.hash}, ${secret.secretId}::uuid, project_id, ${secret.createdAt}::timestamptz from made
          returning 1`;
        return made.length === 1;
      }),

    createFirst: (project, secret) =>
      guarded(async () => {
        try {
          return await sql.begin(async (transaction) => {
            // Two first servers: the second waits here, then sees the first one's project.
            await transaction`lock table projects in share row exclusive mode`;
            const [any] = await transaction`select 1 from projects limit 1`;
            if (any !== undefined) return false;
            await transaction`
              insert into projects (project_id, name, settings, created_at)
              values (${project.projectId}, ${project.name}, ${sql.json({ ...project.settings })}, ${project.createdAt})`;
            await transaction`
              insert into secrets (secret_hash, secret_id, project_id, created_at)
              values (${secret.hash}, ${secret.secretId}, ${project.projectId}, ${secret.createdAt})`;
            return true;
          });
        } catch (error) {
          if (isUniqueViolation(error)) return false;
          throw error;
        }
      }),

    findBySecret: (hashes, now) =>
      guarded(() =>
        findOne(sql<ProjectRow[]>`
          select p.project_id, p.name, p.settings, p.policy_version, p.lists_revision, p.created_at
          from secrets s join projects p using (project_id)
          where s.secret_hash in (select decode(hash, 'hex') from unnest(${hexes(hashes)}::text[]) as hash)
            and (s.expires_at is null or s.expires_at > ${now})
          limit 1`),
      ),

    findById: (projectId) =>
      guarded(() =>
        findOne(
          sql<
            ProjectRow[]
          >`select project_id, name, settings, policy_version, lists_revision, created_at from projects where project_id = ${projectId}`,
        ),
      ),

    findByName: (name) =>
      guarded(() =>
        findOne(
          sql<
            ProjectRow[]
          >`select project_id, name, settings, policy_version, lists_revision, created_at from projects where name = ${name}`,
        ),
      ),

    list: () =>
      guarded(async () => {
        const rows = await sql<
          ProjectRow[]
        >`select project_id, name, settings, policy_version, lists_revision, created_at from projects order by name`;
        return rows.map(toProject);
      }),

    putSettings: (projectId, read, settings) =>
      guarded(async () => {
        const rows = await sql`
          update projects set settings = ${sql.json({ ...settings })}
          where project_id = ${projectId} and settings = ${sql.json({ ...read })}::jsonb
          returning 1`;
        return rows.length === 1;
      }),

    renewSecret: ([newest, ...former]) =>
      guarded(async () => {
        await sql`
          update secrets set secret_hash = ${newest ?? null}
          where secret_hash in (select decode(hash, 'hex') from unnest(${hexes(former)}::text[]) as hash)`;
      }),

    addSecret: (projectId, secret, othersExpireAt) =>
      guarded(async () => {
        await sql`
          with ending as (
            update secrets set expires_at = least(expires_at, ${othersExpireAt}::timestamptz)
            where project_id = ${projectId} and secret_id <> ${secret.secretId})
          insert into secrets (secret_hash, secret_id, project_id, created_at)
          values (${secret.hash}, ${secret.secretId}, ${projectId}, ${secret.createdAt})`;
      }),

    revokeSecret: (projectId, secretId, now) =>
      guarded(async () => {
        const rows = await sql`
          update secrets set expires_at = ${now}
          where project_id = ${projectId} and secret_id = ${secretId} and (expires_at is null or expires_at > ${now})
          returning 1`;
        return rows.length === 1;
      }),

    listSecrets: (projectId, now) =>
      guarded(async () => {
        const rows = await sql<{ secret_id: string; created_at: number; expires_at: number | null }[]>`
          select secret_id, created_at, expires_at from secrets
          where project_id = ${projectId} and (expires_at is null or expires_at > ${now})
          order by created_at desc, secret_id desc`;
        return rows.map((row) => ({
          secretId: row.secret_id,
          createdAt: row.created_at,
          expiresAt: row.expires_at ?? undefined,
        }));
      }),

    findByPublicClient: (clientId, now) =>
      guarded(() =>
        findOne(sql<ProjectRow[]>`
          select p.project_id, p.name, p.settings, p.created_at
          from public_clients c join projects p using (project_id)
          where c.client_id = ${clientId} and (c.expires_at is null or c.expires_at > ${now})`),
      ),

    addPublicClient: (projectId, client, othersExpireAt) =>
      guarded(async () => {
        await sql`
          with ending as (
            update public_clients set expires_at = least(expires_at, ${othersExpireAt}::timestamptz)
            where project_id = ${projectId} and client_id <> ${client.clientId})
          insert into public_clients (client_id, project_id, created_at)
          values (${client.clientId}, ${projectId}, ${client.createdAt})`;
      }),

    listPublicClients: (projectId, now) =>
      guarded(async () => {
        const rows = await sql<{ client_id: string; created_at: number; expires_at: number | null }[]>`
          select client_id, created_at, expires_at from public_clients
          where project_id = ${projectId} and (expires_at is null or expires_at > ${now})
          order by created_at desc, client_id desc`;
        return rows.map((row) => ({
          clientId: row.client_id,
          createdAt: row.created_at,
          expiresAt: row.expires_at ?? undefined,
        }));
      }),

    isOriginAllowed: (origin) =>
      guarded(async () => {
        const rows = await sql`
          select 1 from projects where settings @> ${sql.json({ allowedOrigins: [origin] })} limit 1`;
        return rows.length === 1;
      }),

    noteMasterKey: (keyIds, now) =>
      guarded(() =>
        sql.begin(async (transaction) => {
          await transaction`lock table master_keys in share row exclusive mode`;
          const [newest] = await transaction<{ key_id: string }[]>`
            select key_id from master_keys order by noted_at desc, key_id limit 1`;
          if (newest !== undefined && !keyIds.includes(newest.key_id)) return newest.key_id;
          await transaction`
            insert into master_keys (key_id, noted_at) values (${keyIds[0] ?? null}, ${now}::timestamptz)
            on conflict (key_id) do nothing`;
          return undefined;
        }),
      ),
  };
}
