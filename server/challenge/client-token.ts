/** What a client token says: which challenge of which project its bearer may send and verify, and until when. */
export interface ClientToken {
  readonly projectId: string;
  readonly challengeId: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** Marks client tokens off from API secrets. */
export const clientTokenPrefix = "ruptct_";

const textPattern = /^([0-9a-f-]{36})\.([0-9a-f-]{36})\.([0-9a-z]{1,11})\.([A-Za-z0-9_-]{43})$/;

/** Writes a token. `sign` answers the 32-byte tag of the parts. */
export function writeClientToken(token: ClientToken, sign: (...parts: string[]) => Buffer): string {
  const parts = [token.projectId, token.challengeId, token.expiresAt.toString(36)];
  return `${clientTokenPrefix}${parts.join(".")}.${sign(...parts).toString("base64url")}`;
}

/** Reads a token. Undefined when it is malformed, altered or out of time. `verify` compares a tag in constant time. */
export function readClientToken(
  text: string,
  now: number,
  verify: (tag: Buffer, ...parts: string[]) => boolean,
): ClientToken | undefined {
  if (!text.startsWith(clientTokenPrefix)) return undefined;
  const [, projectId, challengeId, expiry, tag] =
    textPattern.exec(text.slice(clientTokenPrefix.length)) ?? [];
  if (projectId === undefined || challengeId === undefined || expiry === undefined || tag === undefined)
    return undefined;
  if (!verify(Buffer.from(tag, "base64url"), projectId, challengeId, expiry)) return undefined;
  const expiresAt = Number.parseInt(expiry, 36);
  return now < expiresAt ? { projectId, challengeId, expiresAt } : undefined;
}
