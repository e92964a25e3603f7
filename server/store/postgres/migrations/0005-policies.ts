import type { Migration } from "./index.js";

/** Policies and their activations; what is in force lies on the project's row, so that whoever knows the project knows it. */
export const policies: Migration = {
  version: 5,
  name: "policies",
  sql: `
alter table projects
  add column policy_version integer not null default 0,
  add column policy_activation integer not null default 0,
  add column policy_count integer not null default 0;

-- one file each, never changed; version 0 is the shipped default and lies in the program
create table policies (
  project_id uuid not null references projects,
  version integer not null check (version > 0),
  source text not null,
  created_at timestamptz not null,
  primary key (project_id, version)
);

-- replaces: the activation that a rollback goes back to, 0 for the state before any; null: there is none
create table policy_activations (
  project_id uuid not null references projects,
  activation integer not null check (activation > 0),
  version integer not null check (version >= 0),
  replaces integer check (replaces < activation),
  activated_at timestamptz not null,
  primary key (project_id, activation)
);

alter table evaluations
  add column policy_version integer not null default 0,
  add column restrictions text[];
`,
};
