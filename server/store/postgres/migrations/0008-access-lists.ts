import type { Migration } from "./index.js";

/** Allow, deny and watch lists; the project's row counts their changes, so that whoever knows the project knows whether to read them anew. */
export const accessLists: Migration = {
  version: 8,
  name: "access lists",
  sql: `
alter table projects add column lists_revision bigint not null default 0;

create table access_entries (
  project_id uuid not null references projects,
  list text not null check (list in ('allow', 'deny', 'watch')),
  kind text not null check (kind in ('user', 'device', 'address', 'network', 'country', 'email_domain')),
  value text not null,
  entry_id uuid not null,
  comment text not null,
  created_at timestamptz not null,
  expires_at timestamptz,
  primary key (project_id, list, kind, value),
  -- serves: one entry by its id; the page of entries, newest first
  unique (project_id, entry_id)
);
`,
};
