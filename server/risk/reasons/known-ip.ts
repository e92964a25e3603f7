import { evidenceOfKnown, type Reason } from "./reason.js";

/** An address known for the user. */
export const knownIp: Reason = {
  name: "known_ip",
  direction: "trust",
  weight: ({ likelihoods }) => Math.max(-2.5, 0.5 * likelihoods.address),
  evidence: (facts) => evidenceOfKnown(facts.address),
  message: (evidence) =>
    `The address ${evidence.to} is known: seen ${evidence.seen_count} times for this user.`,
  userMessage: "You have signed in from this internet connection before.",
};
