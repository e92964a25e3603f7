import type { Migration } from "./index.js";

/**
 * What came lately under one key (a user, an address, a neighbourhood, a device): the newest span of time and the one before it, so that a
 * sliding window is one row. `users` has a bit for each user, by hash.
 */
export const counters: Migration = {
  version: 13,
  name: "counters",
  sql: `
create table counters (
  project_id uuid not null,
  counter_key text not null,
  bucket bigint not null,
  failed integer not null,
  succeeded integer not null,
  users bigint not null,
  failed_before integer not null,
  succeeded_before integer not null,
  users_before bigint not null,
  expires_at timestamptz not null,
  primary key (project_id, counter_key)
) with (fillfactor = 70);
-- serves: the removal of counters that nothing asks for
create index counters_by_age on counters (expires_at);
`,
};
