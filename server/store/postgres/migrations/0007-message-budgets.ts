import type { Migration } from "./index.js";

/** How many messages left, for whom, and what became of them. */
export const messageBudgets: Migration = {
  version: 7,
  name: "message-budgets",
  sql: `
-- messages per hour and day of each contact, address, country and project; contacts and addresses as keyed hashes
create table message_budgets (
  project_id uuid not null,
  budget_key text not null,
  window_seconds integer not null check (window_seconds in (3600, 86400)),
  window_at timestamptz not null,
  sent integer not null default 0 check (sent >= 0),
  verified integer not null default 0 check (verified >= 0),
  primary key (project_id, budget_key, window_seconds, window_at)
) with (fillfactor = 80);
-- serves: the removal of windows that are over
create index message_budgets_by_age on message_budgets (window_at);

-- one sending of one code; never the code, never the contact
create table deliveries (
  project_id uuid not null,
  challenge_id uuid not null,
  delivery_id uuid not null,
  channel text not null check (channel in ('email', 'sms')),
  status text not null check (status in ('pending', 'sent', 'delivered', 'failed', 'unknown')),
  provider text,
  reference text,
  error_code text,
  -- the budgets that it was charged to
  charges text[] not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (project_id, challenge_id, delivery_id)
) with (fillfactor = 80);
-- serves: the removal of deliveries past their retention
create index deliveries_by_age on deliveries (created_at);

alter table users
  add column unused_messages integer not null default 0 check (unused_messages >= 0),
  add column messages_paused_until timestamptz;
alter table challenges
  add column delivery_id uuid,
  add column language text check (language in ('en', 'fr', 'es', 'ar'));
`,
};
