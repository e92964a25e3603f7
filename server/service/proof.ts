import type { Keys } from "../keys.js";

/** Which challenge a proof is of. */
interface ChallengeKey {
  readonly projectId: string;
  readonly challengeId: string;
}

const prefix = "ruptpf_";

/**
 * What a browser gets for the right code, once, and hands to the project's server. It is no secret of the challenge: it says that the code was
 * entered in this browser, which a link that was sent to somebody else cannot bring about.
 */
export function proofOf(keys: Keys, { projectId, challengeId }: ChallengeKey): string {
  return prefix + keys.mac("proof", projectId, challengeId).toString("base64url");
}

/** Whether the text is the challenge's proof, compared in constant time. */
export function isProof(keys: Keys, { projectId, challengeId }: ChallengeKey, text: string): boolean {
  if (!text.startsWith(prefix)) return false;
  return keys.verify(Buffer.from(text.slice(prefix.length), "base64url"), "proof", projectId, challengeId);
}
