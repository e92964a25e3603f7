import type { Migration } from "./index.js";

/** A user's evaluations by a hash of project and user: see evaluations-of-user.ts. */
export const evaluationsByUser: Migration = {
  version: 18,
  name: "evaluations by user",
  sql: `
drop index evaluations_of_user;
-- serves: the evaluations of one user, newest first
create index evaluations_of_user on evaluations (uuid_hash_extended(project_id, hashtextextended(user_key, 0)), evaluation_id);
`,
};
