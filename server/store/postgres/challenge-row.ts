import type { Challenge, ChannelName, Language, StoredStatus } from "../../challenge/challenge.js";
import type { Database } from "./database.js";

/** A challenge as it is selected. */
export interface ChallengeRow {
  project_id: string;
  challenge_id: string;
  evaluation_id: string;
  user_key: string;
  device_id: string | null;
  reasons: string[];
  status: StoredStatus;
  email: string | null;
  sms: string | null;
  channel: ChannelName | null;
  language: Language | null;
  attempts: number;
  max_attempts: number;
  sends: number;
  max_sends: number;
  next_send_at: number | null;
  created_at: number;
  expires_at: number;
  verified_at: number | null;
  completed_at: number | null;
}

/** The columns of a `ChallengeRow`, of the table or alias `c`. */
export const challengeColumns = (sql: Database) => sql`
  c.project_id, c.challenge_id, c.evaluation_id, c.user_key, c.device_id, c.reasons, c.status, c.email, c.sms, c.channel, c.language,
  c.attempts, c.max_attempts, c.sends, c.max_sends, c.next_send_at, c.created_at, c.expires_at, c.verified_at, c.completed_at`;

/** The row as a domain value. */
export function toChallenge(row: ChallengeRow): Challenge {
  return {
    projectId: row.project_id,
    challengeId: row.challenge_id,
    evaluationId: row.evaluation_id,
    userKey: row.user_key,
    deviceId: row.device_id ?? undefined,
    reasons: row.reasons,
    stored: row.status,
    contacts: {
      ...(row.email === null ? {} : { email: row.email }),
      ...(row.sms === null ? {} : { sms: row.sms }),
    },
    channel: row.channel ?? undefined,
    language: row.language ?? undefined,
    attempts: row.attempts,
    maxAttempts: row.max_attempts,
    sends: row.sends,
    maxSends: row.max_sends,
    nextSendAt: row.next_send_at ?? undefined,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    verifiedAt: row.verified_at ?? undefined,
    completedAt: row.completed_at ?? undefined,
  };
}
