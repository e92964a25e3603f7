import { evidenceOfNew, type Reason } from "./reason.js";

/** The user was not seen in this network (autonomous system) before. */
export const newNetwork: Reason = {
  name: "new_network",
  direction: "risk",
  weight: ({ likelihoods }) => Math.min(3, Math.max(0.2, likelihoods.network)),
  evidence: (facts) => evidenceOfNew(facts, facts.network),
  message: (evidence) => `The network AS${evidence.to} is new for this user.`,
  userMessage: "You have not signed in through this internet provider before.",
};
