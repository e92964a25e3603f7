import type { Reason } from "./reason.js";

/** No address came. */
export const missingIp: Reason = {
  name: "missing_ip",
  direction: "neutral",
  weight: 0,
  evidence: (facts) => (facts.observation.ip === undefined ? {} : undefined),
  message: () => "No address came, so the place could not be looked at.",
  userMessage: "We could not tell where this sign-in came from.",
};
