import type { Migration } from "./index.js";

/** So that the waiting notices of an erased user are found among many, as after a provider's outage. */
export const noticesOfEvaluation: Migration = {
  version: 20,
  name: "notices of evaluation",
  sql: `
-- serves: the notices of a user's evaluations, when the user is erased
create index notices_of_evaluation on notices (project_id, evaluation_id);
`,
};
