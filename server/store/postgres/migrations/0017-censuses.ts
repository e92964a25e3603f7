import type { Migration } from "./index.js";

/** How often a project's users come with which country, network, address and client: one row, read and written about once a minute. */
export const censuses: Migration = {
  version: 17,
  name: "censuses",
  sql: `
create table censuses (
  project_id uuid primary key,
  version bigint not null check (version > 0),
  counts bytea not null,
  counted_at timestamptz not null
);
`,
};
