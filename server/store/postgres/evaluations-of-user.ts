import type { Database, Fragment } from "./database.js";

/**
 * The condition for the evaluations of one user. Their index holds a hash of project and user instead of both, since it lies beside every
 * evaluation; as hashes can meet, both are compared as well. That happens in a `case`, of which the planner expects nothing: it would take the
 * second comparison for a further narrowing, down to one row, and read and sort all of a busy user's in place of a page in the index's order.
 */
export function ofUser(sql: Database, projectId: string, userKey: string): Fragment {
  return sql`
    uuid_hash_extended(project_id, hashtextextended(user_key, 0)) = uuid_hash_extended(${projectId}, hashtextextended(${userKey}, 0))
    and case when project_id = ${projectId} then user_key = ${userKey} else false end`;
}
