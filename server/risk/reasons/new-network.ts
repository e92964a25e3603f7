import { evidenceOfNew, type Reason } from "./reason.js";

/** The user was not seen in this network (autonomous system) before. */
export const newNetwork: Reason = {
  name: "new_network",
  direction: "risk",
  weight: 1.5,
  evidence: (facts) => evidenceOfNew(facts, facts.network),
  message: (evidence) => `The network AS${evidence.to} is new for this user.`,
};
