import { evidenceOfKnown, type Reason } from "./reason.js";

/** A network known for the user. */
export const knownNetwork: Reason = {
  name: "known_network",
  direction: "trust",
  weight: ({ likelihoods }) => Math.max(-2.5, 0.8 * likelihoods.network),
  evidence: (facts) => evidenceOfKnown(facts.network),
  message: (evidence) =>
    `The network AS${evidence.to} is known: seen ${evidence.seen_count} times for this user.`,
  userMessage: "You have signed in through this internet provider before.",
};
