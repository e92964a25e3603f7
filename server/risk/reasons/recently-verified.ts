import { type Reason, shown } from "./reason.js";

/** The user completed a challenge on this device or address in the last days. */
export const recentlyVerified: Reason = {
  name: "recently_verified",
  direction: "trust",
  weight: -1.5,
  evidence: ({ verifiedAt }) => (verifiedAt === undefined ? undefined : { last_seen_at: shown(verifiedAt) }),
  message: (evidence) => `This user completed a challenge here at ${evidence.last_seen_at}.`,
  userMessage: "You have entered a code here not long ago.",
};
