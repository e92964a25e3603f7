import type { Migration } from "./index.js";

/** The first schema. Every hot table leads each of its keys with project_id, so that it can be spread over machines by it. */
export const start: Migration = {
  version: 1,
  name: "start",
  sql: `
create table projects (
  project_id uuid primary key,
  name text not null unique check (length(name) between 1 and 100),
  settings jsonb not null default '{}',
  created_at timestamptz not null
);

create table secrets (
  secret_hash bytea primary key,
  secret_id uuid not null unique,
  project_id uuid not null references projects,
  created_at timestamptz not null,
  expires_at timestamptz
);
-- serves: the list of a project's secrets
create index secrets_of_project on secrets (project_id);

-- which master keys were in use, so that a server with another one refuses to start
create table master_keys (
  key_id text primary key,
  noted_at timestamptz not null
);

create table users (
  project_id uuid not null,
  user_key text not null,
  version bigint not null,
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  history jsonb not null,
  contacts jsonb not null,
  failed_codes integer not null default 0 check (failed_codes >= 0),
  codes_paused_until timestamptz,
  primary key (project_id, user_key)
) with (fillfactor = 80);

create table fingerprints (
  project_id uuid not null,
  fingerprint_key bytea not null,
  device_id uuid not null,
  first_seen_at timestamptz not null,
  primary key (project_id, fingerprint_key)
);

create table evaluations (
  project_id uuid not null,
  evaluation_id uuid not null,
  created_at timestamptz not null,
  user_key text not null,
  action text not null,
  outcome text not null check (outcome in ('succeeded', 'failed')),
  verdict text not null check (verdict in ('allow', 'challenge', 'restrict', 'challenge_and_restrict', 'deny')),
  reasons text[] not null,
  score double precision not null check (score between 0 and 1),
  device_id uuid,
  confidence double precision check (confidence between 0 and 1),
  challenge_id uuid,
  ip inet,
  country text,
  asn bigint,
  metadata text,
  signals jsonb not null,
  primary key (project_id, evaluation_id)
);
-- serves: the evaluations of one user, newest first
create index evaluations_of_user on evaluations (project_id, user_key, evaluation_id);

create table challenges (
  project_id uuid not null,
  challenge_id uuid not null,
  evaluation_id uuid not null,
  user_key text not null,
  device_id uuid,
  reasons text[] not null,
  status text not null check (status in ('created', 'sent', 'verified', 'completed', 'superseded')),
  email text,
  sms text,
  channel text check (channel in ('email', 'sms')),
  code_hash bytea,
  pending_code_hash bytea,
  attempts integer not null default 0,
  max_attempts integer not null check (attempts between 0 and max_attempts),
  sends integer not null default 0,
  max_sends integer not null check (sends between 0 and max_sends),
  next_send_at timestamptz,
  lesson jsonb not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  verified_at timestamptz,
  completed_at timestamptz,
  primary key (project_id, challenge_id),
  check ((status in ('verified', 'completed')) = (verified_at is not null)),
  check ((status = 'completed') = (completed_at is not null)),
  check (status in ('created', 'sent') or (code_hash is null and pending_code_hash is null))
) with (fillfactor = 80);
-- serves: the newer challenge of a user takes the place of the older; the challenges of one user
create index challenges_of_user on challenges (project_id, user_key, challenge_id);

create table idempotency_keys (
  project_id uuid not null,
  key_hash bytea not null,
  request_hash bytea not null,
  evaluation_id uuid not null,
  expires_at timestamptz not null,
  primary key (project_id, key_hash)
);
`,
};
