import type { Record } from "../evaluation-store.js";
import type { Database, Fragment } from "./database.js";
import { instant } from "./instant.js";

/** Challenges to open. Of several for one user and device the last takes the place of those before. */
export function challengesOf(records: readonly Record[]) {
  const asking = records.flatMap(({ evaluation, challenge }) =>
    challenge === undefined
      ? []
      : [{ evaluation, challenge, of: `${evaluation.deviceId} ${evaluation.userKey}` }],
  );
  const last = new Map(asking.map(({ challenge, of }) => [of, challenge]));
  return asking.map(({ evaluation, challenge, of }) => ({
    evaluation_id: evaluation.evaluationId,
    challenge_id: challenge.challengeId,
    status: last.get(of) === challenge ? "created" : "superseded",
    reasons: evaluation.reasons,
    lesson: challenge.lesson,
    email: challenge.contacts.email,
    sms: challenge.contacts.sms,
    max_attempts: challenge.maxAttempts,
    max_sends: challenge.maxSends,
    at: instant(evaluation.createdAt),
    expires_at: instant(challenge.expiresAt),
  }));
}

/** Opens the challenges of what is `settled`; they take the place of open ones. */
export function openChallenges(
  sql: Database,
  projectId: string,
  challenges: ReturnType<typeof challengesOf>,
): Fragment {
  return sql`
        asking as materialized (
          select c.*, s.user_key, s.device_id
          from json_to_recordset(${JSON.stringify(challenges)}::text::json) as c (
            evaluation_id uuid, challenge_id uuid, status text, reasons text[], lesson jsonb, email text, sms text, max_attempts int,
            max_sends int, at timestamptz, expires_at timestamptz)
          join settled s on s.evaluation_id = c.evaluation_id),
        superseded as (
          update challenges c set status = 'superseded', code_hash = null, pending_code_hash = null, doubtful_code_hashes = '{}'
          from asking a
          where c.project_id = ${projectId} and c.user_key = a.user_key
            and c.device_id is not distinct from a.device_id and c.status in ('created', 'sent')),
        opened as (
          insert into challenges (project_id, challenge_id, evaluation_id, user_key, device_id, reasons, status, email, sms,
            max_attempts, max_sends, lesson, created_at, expires_at)
          select ${projectId}::uuid, challenge_id, evaluation_id, user_key, device_id, reasons, status, email, sms,
            max_attempts, max_sends, lesson, at, expires_at
          from asking),`;
}
