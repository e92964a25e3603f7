import type { Migration } from "./index.js";

/** When an attempt happened, where its caller says so, and what it taught, so that a feedback can take it back. */
export const eventTime: Migration = {
  version: 4,
  name: "event-time",
  sql: `
alter table evaluations add column occurred_at timestamptz, add column lesson jsonb;
`,
};
