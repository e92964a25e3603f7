import type { Migration } from "./index.js";

/** What an evaluation needs to be judged again: see trace-codec.ts. */
export const traces: Migration = {
  version: 11,
  name: "traces",
  sql: `
alter table evaluations add column trace bytea;
`,
};
