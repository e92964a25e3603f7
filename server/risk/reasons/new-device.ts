import { evidenceOfNew, type Reason } from "./reason.js";

/** This device is not among the devices known for the user. */
export const newDevice: Reason = {
  name: "new_device",
  direction: "risk",
  weight: 2.5,
  evidence: (facts) => evidenceOfNew(facts, facts.device),
  message: (evidence) => `The device is new: ${evidence.known_count} others are known for this user.`,
};
