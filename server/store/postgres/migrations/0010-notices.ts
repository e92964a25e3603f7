import type { Migration } from "./index.js";

/** Messages to users that wait to be sent, and attempts that users reported. */
export const notices: Migration = {
  version: 10,
  name: "notices",
  sql: `
create table notices (
  project_id uuid not null,
  notice_id uuid not null,
  kind text not null check (kind in ('contact_changed', 'was_this_you')),
  channel text not null check (channel in ('email', 'sms')),
  -- sealed, like every contact
  contact text not null,
  language text,
  -- sent only once this evaluation is kept
  evaluation_id uuid not null,
  challenge_id uuid,
  changed text check (changed in ('email', 'sms')),
  tries integer not null default 0,
  due_at timestamptz not null,
  created_at timestamptz not null,
  primary key (project_id, notice_id)
);
-- serves: the notices that are due, over all projects
create index notices_due on notices (due_at);

-- evaluations that turned out to be attacks
create table attack_reports (
  project_id uuid not null,
  evaluation_id uuid not null,
  challenge_id uuid,
  user_key text not null,
  reported_at timestamptz not null,
  primary key (project_id, evaluation_id)
);
-- serves: the erasure of a user
create index attack_reports_of_user on attack_reports (project_id, user_key);
`,
};
