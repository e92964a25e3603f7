import { evidenceOfKnown, type Reason } from "./reason.js";

/** A device known for the user. */
export const knownDevice: Reason = {
  name: "known_device",
  direction: "trust",
  weight: -4,
  evidence: (facts) => evidenceOfKnown(facts.device),
  message: (evidence) => `The device is known: seen ${evidence.seen_count} times for this user.`,
};
