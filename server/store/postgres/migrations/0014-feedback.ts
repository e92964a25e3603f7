import type { Migration } from "./index.js";

/** What somebody who knows said of an evaluation: the owner's or an attacker's. */
export const feedback: Migration = {
  version: 14,
  name: "feedback",
  sql: `
create table feedback (
  project_id uuid not null,
  evaluation_id uuid not null,
  user_key text not null,
  label text not null check (label in ('owner', 'attacker')),
  reported_at timestamptz not null,
  primary key (project_id, evaluation_id)
);
-- serves: the erasure of a user
create index feedback_of_user on feedback (project_id, user_key);
-- serves: the removal of feedback past the retention of its evaluation
create index feedback_by_age on feedback (reported_at);
`,
};
