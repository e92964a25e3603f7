import { AppError } from "../../errors.js";
import type { Lesson } from "../../risk/history.js";
import type { Outcome, ReasonName, Signal, Verdict } from "../../risk/words.js";
import type { Evaluation, EvaluationStore } from "../evaluation-store.js";
import { createBatch } from "./batch.js";
import type { Database } from "./database.js";
import { guarded, isBadValue } from "./faults.js";
import { countLimit } from "./paging.js";
import { recallBatch } from "./recall-batch.js";
import { recordBatch } from "./record-batch.js";
import { decodeTrace } from "./trace-codec.js";

interface EvaluationRow {
  project_id: string;
  evaluation_id: string;
  created_at: number;
  occurred_at: number | null;
  user_key: string;
  action: string;
  outcome: Outcome;
  verdict: Verdict;
  reasons: ReasonName[];
  score: number;
  device_id: string | null;
  confidence: number | null;
  challenge_id: string | null;
  ip: string | null;
  country: string | null;
  asn: number | null;
  metadata: string | null;
  signals: Signal[];
  lesson: Lesson | null;
  restrictions: string[] | null;
  policy_version: number;
}

const toEvaluation = (row: EvaluationRow): Evaluation => ({
  projectId: row.project_id,
  evaluationId: row.evaluation_id,
  createdAt: row.created_at,
  occurredAt: row.occurred_at ?? row.created_at,
  userKey: row.user_key,
  action: row.action,
  outcome: row.outcome,
  verdict: row.verdict,
  reasons: row.reasons,
  score: row.score,
  deviceId: row.device_id ?? undefined,
  confidence: row.confidence ?? undefined,
  challengeId: row.challenge_id ?? undefined,
  ip: row.ip ?? undefined,
  country: row.country ?? undefined,
  asn: row.asn ?? undefined,
  metadataJson: row.metadata ?? undefined,
  signals: row.signals,
  lesson: row.lesson ?? { at: row.occurred_at ?? row.created_at },
  restrictions: row.restrictions ?? [],
  policyVersion: row.policy_version,
});

/** Calls that wait beyond this many are refused; at 2,000 a second they have waited for half a second. */
const maxWaiting = 1_000;

const batching = { maxBatch: 64, maxInFlight: 2, maxWaiting, alone: isBadValue } as const;

function pastDeadline(deadlineAt: number | undefined): AppError | undefined {
  if (deadlineAt === undefined || Date.now() < deadlineAt) return undefined;
  return new AppError("deadline_exceeded", "The deadline passed before the call was handled.");
}

/** Evaluations, and what judging needs, in PostgreSQL. */
export function postgresEvaluationStore(sql: Database): EvaluationStore {
  const columns = sql`
    project_id, evaluation_id, created_at, user_key, action, outcome, verdict, reasons, score, device_id, confidence,
    challenge_id, host(ip) as ip, country, asn, metadata, signals, occurred_at, lesson, restrictions, policy_version`;

  return {
    recall: createBatch({
      ...batching,
      run: recallBatch(sql),
      group: ({ projectId }) => projectId,
      changes: () => [],
      expired: ({ deadlineAt }) => pastDeadline(deadlineAt),
    }),

    record: createBatch({
      ...batching,
      run: recordBatch(sql),
      group: ({ evaluation }) => evaluation.projectId,
      changes: ({ evaluation, idempotency }) =>
        idempotency === undefined
          ? [evaluation.userKey]
          : [evaluation.userKey, Buffer.from(idempotency.key).toString("latin1")],
      // A judgement that is made is kept, late or not: the caller may have seen its like.
      expired: () => undefined,
    }),

    find: (projectId, evaluationId) =>
      guarded(async () => {
        const [row] = await sql<EvaluationRow[]>`
          select ${columns} from evaluations where project_id = ${projectId} and evaluation_id = ${evaluationId}`;
        return row === undefined ? undefined : toEvaluation(row);
      }),

    trace: (projectId, evaluationId) =>
      guarded(async () => {
        const [row] = await sql<{ trace: Uint8Array | null }[]>`
          select trace from evaluations where project_id = ${projectId} and evaluation_id = ${evaluationId}`;
        return row?.trace ? decodeTrace(row.trace) : undefined;
      }),

    list: (projectId, { page, limit, userKey }) =>
      guarded(async () => {
        const which = sql`project_id = ${projectId} ${userKey === undefined ? sql`` : sql`and user_key = ${userKey}`}`;
        const [rows, [count]] = await Promise.all([
          sql<EvaluationRow[]>`
            select ${columns} from evaluations where ${which}
            order by evaluation_id desc limit ${limit} offset ${(page - 1) * limit}`,
          sql<{ total: number }[]>`
            select count(*) as total from (select from evaluations where ${which} limit ${countLimit}) counted`,
        ]);
        return { data: rows.map(toEvaluation), total: count?.total ?? 0 };
      }),
  };
}
