import type { Migration } from "./index.js";

/** Public client ids, what browsers hand in with them, and how much of it one address may. */
export const browserFlow: Migration = {
  version: 9,
  name: "browser-flow",
  sql: `
create table public_clients (
  client_id text primary key,
  project_id uuid not null references projects,
  created_at timestamptz not null,
  expires_at timestamptz
);
-- serves: the list of a project's public client ids
create index public_clients_of_project on public_clients (project_id);

create table browser_deposits (
  project_id uuid not null,
  evaluation_id uuid not null,
  challenge_id uuid not null,
  sealed text not null,
  expires_at timestamptz not null,
  primary key (project_id, evaluation_id)
);
-- serves: the removal of what nobody consumed
create index browser_deposits_by_age on browser_deposits (project_id, expires_at);

create table browser_budgets (
  project_id uuid not null,
  address_hash bytea not null,
  used integer not null,
  ends_at timestamptz not null,
  primary key (project_id, address_hash)
);
-- serves: the removal of budgets that have ended
create index browser_budgets_by_age on browser_budgets (project_id, ends_at);
`,
};
