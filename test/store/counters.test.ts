import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newId } from "../../server/ids.js";
import { type Count, type Counter, counted } from "../../server/risk/counters.js";
import { gatherFacts, nothingObserved } from "../../server/risk/facts.js";
import { emptyHistory } from "../../server/risk/history.js";
import type { Record } from "../../server/store/evaluation-store.js";
import { type Database, openDatabase } from "../../server/store/postgres/database.js";
import { postgresEvaluationStore } from "../../server/store/postgres/postgres-evaluation-store.js";
import { createMigratedDatabase } from "../postgres/migrated-database.js";
import type { TestDatabase } from "../postgres/test-database.js";

const projectId = "01890a5d-ac96-774b-bcce-b302099a8057";
const at = 1_772_438_400_000;

let database: TestDatabase;
let sql: Database;
beforeAll(async () => {
  database = await createMigratedDatabase();
  sql = openDatabase({ url: database.url, poolSize: 2, prepare: true });
});
afterAll(async () => {
  await sql.end();
  await database.drop();
});

/** A failed attempt, which changes nothing but counters. */
const attempt = (counts: readonly Count[]): Record => ({
  evaluation: {
    projectId,
    evaluationId: newId(at),
    createdAt: at,
    action: "login",
    userKey: "u",
    outcome: "failed",
    verdict: "allow",
    reasons: [],
    score: 0,
    deviceId: undefined,
    confidence: undefined,
    challengeId: undefined,
    metadataJson: undefined,
    signals: [],
    eventTime: false,
    restrictions: [],
    policyVersion: 0,
    trace: { engine: 0, geo: "none", facts: gatherFacts(nothingObserved(at), emptyHistory) },
  },
  counts,
});

const count = fc.record({
  bucket: fc.integer({ min: 10, max: 14 }),
  failed: fc.constantFrom<0 | 1>(0, 1),
  userBit: fc.option(fc.integer({ min: 0, max: 63 }), { nil: undefined }),
});

test("attempts that are judged together are counted as the database counts them, in whatever order their times come", async () => {
  const store = postgresEvaluationStore(sql);
  let run = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(count, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 }),
      async (batches) => {
        const key = `c:${run++}`;
        let expected: Counter | undefined;
        for (const batch of batches) {
          const counts = batch.map(
            ({ bucket, failed, userBit }): Count => ({
              key,
              bucket,
              failed,
              succeeded: failed === 1 ? 0 : 1,
              userBit,
              expiresAt: at,
            }),
          );
          for (const each of counts) expected = counted(expected, each);
          const kept = await store.record(
            projectId,
            counts.map((each) => attempt([each])),
          );
          expect(new Set(kept)).toEqual(new Set(["recorded"]));
        }
        const [memories] = await store.recall(projectId, [
          { userKey: "u", device: undefined, counterKeys: [key], idempotencyKeys: [], now: at },
        ]);
        expect(memories?.counters).toEqual([expected]);
      },
    ),
    { numRuns: 60 },
  );
});
