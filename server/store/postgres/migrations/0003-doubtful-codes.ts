import type { Migration } from "./index.js";

/** Codes of sendings that failed: a provider can say no, or nothing, and have delivered all the same. */
export const doubtfulCodes: Migration = {
  version: 3,
  name: "doubtful-codes",
  sql: `
alter table challenges
  add column doubtful_code_hashes bytea[] not null default '{}',
  add constraint challenges_doubtful_codes
    check (cardinality(doubtful_code_hashes) <= 2 and (status in ('created', 'sent') or doubtful_code_hashes = '{}'));
`,
};
