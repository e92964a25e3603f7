import type { Migration } from "./index.js";

/**
 * Evaluations in one partition a week, so that old ones go by dropping a table. Their ids begin with the instant (UUID version 7), so the id is
 * the partition key, and a look-up by id reads one partition.
 */
export const evaluationPartitions: Migration = {
  version: 2,
  name: "evaluation partitions",
  sql: `
alter table evaluations rename to evaluations_before;
alter index evaluations_pkey rename to evaluations_before_pkey;
alter index evaluations_of_user rename to evaluations_before_of_user;

create table evaluations (
  like evaluations_before including constraints,
  primary key (project_id, evaluation_id)
) partition by range (evaluation_id);
-- serves: the evaluations of one user, newest first
create index evaluations_of_user on evaluations (project_id, user_key, evaluation_id);

-- takes what no week's partition takes, so that no evaluation is ever refused
create table evaluations_default partition of evaluations default;

insert into evaluations select * from evaluations_before;
drop table evaluations_before;

-- serves: the removal of challenges past their retention
create index challenges_by_age on challenges (created_at);
-- serves: the removal of idempotency keys past their day
create index idempotency_keys_by_age on idempotency_keys (expires_at);
`,
};
