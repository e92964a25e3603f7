import type { Migration } from "./index.js";

/** So that the idempotency keys of an erased user are found among those of a whole day. */
export const claimsByEvaluation: Migration = {
  version: 19,
  name: "claims by evaluation",
  sql: `
-- serves: the idempotency keys of a user's evaluations, when the user is erased
create index idempotency_keys_of_evaluation on idempotency_keys (project_id, evaluation_id);
`,
};
