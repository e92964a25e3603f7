import { type Language, languages } from "./challenge.js";

/** What a report link says: which completed challenge its bearer may call an attack, until when, and in which language to answer. */
export interface ReportToken {
  readonly projectId: string;
  readonly challengeId: string;
  readonly language: Language;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

const textPattern = /^([0-9a-f-]{36})\.([0-9a-f-]{36})\.([a-z]{2})\.([0-9a-z]{1,11})\.([A-Za-z0-9_-]{43})$/;

/** Writes a token. `sign` answers the 32-byte tag of the parts. */
export function writeReportToken(token: ReportToken, sign: (...parts: string[]) => Buffer): string {
  const parts = [token.projectId, token.challengeId, token.language, token.expiresAt.toString(36)];
  return `${parts.join(".")}.${sign(...parts).toString("base64url")}`;
}

/** Reads a token. Undefined when it is malformed, altered or out of time. `verify` compares a tag in constant time. */
export function readReportToken(
  text: string,
  now: number,
  verify: (tag: Buffer, ...parts: string[]) => boolean,
): ReportToken | undefined {
  const [, projectId, challengeId, word, expiry, tag] = textPattern.exec(text) ?? [];
  const language = languages.find((candidate) => candidate === word);
  if (projectId === undefined || challengeId === undefined || expiry === undefined || tag === undefined)
    return undefined;
  if (language === undefined) return undefined;
  if (!verify(Buffer.from(tag, "base64url"), projectId, challengeId, language, expiry)) return undefined;
  const expiresAt = Number.parseInt(expiry, 36);
  return now < expiresAt ? { projectId, challengeId, language, expiresAt } : undefined;
}
