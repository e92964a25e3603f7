import type { Record } from "../evaluation-store.js";
import { byteas, plain, texts } from "./array-literals.js";
import type { Database } from "./database.js";
import { encodeBody } from "./evaluation-codec.js";
import { guarded, isDivisionByZero } from "./faults.js";
import type { GeoBuilds } from "./geo-builds.js";
import { challengesOf, openChallenges } from "./record-challenges.js";
import { claimsOf, nameClaims, refusedForClaims, settleClaims } from "./record-claims.js";
import { count, countsOf } from "./record-counts.js";
import { machinesOf, printsOf, refusedForPrints, takePrints, writeDevices } from "./record-devices.js";
import { peopleOf, writePeople } from "./record-people.js";

type Kept = "recorded" | "conflict";

/**
 * Keeps judgements of one project in one statement; those of one user as a whole or not at all. No two may claim the same idempotency key. Each
 * part waits for the ones before it, and each is sorted, so locks are always taken in this order: fingerprints, users, idempotency keys,
 * devices, challenges, counters. What a conflict leaves behind is at most a fingerprint with the device that it will have when it is tried again.
 * Parts for which there is nothing are left out: to start them all costs a batch of a few more than a third on top.
 */
export function recordBatch(
  sql: Database,
  builds: GeoBuilds,
): (projectId: string, records: readonly Record[]) => Promise<readonly Kept[]> {
  const keep = (projectId: string, records: readonly Record[]): Promise<readonly Kept[]> =>
    guarded(async () => {
      const evaluations = records.map(({ evaluation }) => evaluation);
      const bodies = [];
      for (const evaluation of evaluations) {
        const geo = builds.note(evaluation.trace.geo);
        bodies.push(encodeBody(evaluation, typeof geo === "number" ? geo : await geo));
      }
      const people = peopleOf(records);
      const withRow = new Set(people.map(({ userKey }) => userKey));
      const [prints, machines] = [printsOf(records), machinesOf(records)];
      const [claims, challenges] = [claimsOf(records), challengesOf(records)];

      const nothing = sql``;
      const refusals = [
        ...(prints.length === 0 ? [] : [refusedForPrints(sql, prints, records)]),
        ...(claims.length === 0 ? [] : [refusedForClaims(sql, projectId)]),
      ];
      const refused = refusals.map((part, index) => (index === 0 ? part : sql` union all ${part}`));
      const allowed = refusals.length === 0 ? sql`true` : sql`user_key not in (select user_key from refused)`;
      const rows = await sql<{ evaluation_id: string }[]>`
        with ${prints.length === 0 ? nothing : takePrints(sql, projectId, prints)}
        ${claims.length === 0 ? nothing : nameClaims(sql, claims)}
        ${refusals.length === 0 ? nothing : sql`refused as materialized (${refused}),`}
        ${writePeople(sql, projectId, people, allowed)}
        ${claims.length === 0 ? sql`settled` : sql`standing`} as materialized (
          select * from unnest(${plain(evaluations.map(({ evaluationId }) => evaluationId))}::text::uuid[],
            ${texts(evaluations.map(({ userKey }) => userKey))}::text::text[], ${texts(evaluations.map(({ action }) => action))}::text::text[],
            ${plain(evaluations.map(({ outcome }) => outcome === "failed"))}::text::bool[],
            ${plain(evaluations.map(({ verdict }) => verdict))}::text::text[], ${plain(evaluations.map(({ deviceId }) => deviceId))}::text::uuid[],
            ${texts(evaluations.map(({ metadataJson }) => metadataJson))}::text::text[], ${byteas(bodies)}::text::bytea[],
            ${plain(evaluations.map(({ userKey }) => withRow.has(userKey)))}::text::bool[])
            with ordinality as e (evaluation_id, user_key, action, failed, verdict, device_id, metadata, body, with_row, n)
          where ${allowed} and (not with_row or user_key in (select user_key from person))),
        ${claims.length === 0 ? nothing : settleClaims(sql, projectId)}
        ${machines.length === 0 ? nothing : writeDevices(sql, projectId, machines)}
        ${challenges.length === 0 ? nothing : openChallenges(sql, projectId, challenges)}
        ${count(sql, projectId, countsOf(records))}
        insert into evaluations (project_id, evaluation_id, user_key, action, failed, verdict, device_id, metadata, body)
        select ${projectId}::uuid, evaluation_id, user_key, action, failed, verdict, device_id, metadata, body
        from settled
        returning evaluation_id`;
      const recorded = new Set(rows.map((row) => row.evaluation_id));
      return records.map(({ evaluation }) =>
        recorded.has(evaluation.evaluationId) ? "recorded" : "conflict",
      );
    });

  return async (projectId, records) => {
    try {
      return await keep(projectId, records);
    } catch (error) {
      // Where one key was taken in this instant, all of it is judged again.
      if (isDivisionByZero(error)) return records.map(() => "conflict");
      throw error;
    }
  };
}
