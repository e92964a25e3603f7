import type { Reason } from "./reason.js";

/** No fingerprint came, so the device could not be recognised. */
export const missingFingerprint: Reason = {
  name: "missing_fingerprint",
  direction: "neutral",
  weight: 0,
  evidence: (facts) => (facts.observation.deviceId === undefined ? {} : undefined),
  message: () => "No fingerprint came, so the device could not be recognised.",
  userMessage: "We could not recognise your browser.",
};
