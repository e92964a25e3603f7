import type { Migration } from "./index.js";

/** How many logins of a file, by its SHA-256, were learnt. A row stays, so that the same file is never learnt twice. */
export const imports: Migration = {
  version: 16,
  name: "imports",
  sql: `
create table imports (
  project_id uuid not null,
  file_hash bytea not null check (length(file_hash) = 32),
  done bigint not null check (done >= 0),
  begun_at timestamptz not null,
  moved_at timestamptz not null,
  primary key (project_id, file_hash)
);
`,
};
