import { evidenceOfKnown, type Reason } from "./reason.js";

/**
 * An address known for the user: an attacker seldom has the very same one, so it speaks also for a device that is new there. Where many share it,
 * the likelihood says less.
 */
export const knownIp: Reason = {
  name: "known_ip",
  direction: "trust",
  weight: ({ likelihoods }) => Math.max(-5, likelihoods.address),
  evidence: (facts) => evidenceOfKnown(facts.address),
  message: (evidence) =>
    `The address ${evidence.to} is known: seen ${evidence.seen_count} times for this user.`,
  userMessage: "You have signed in from this internet connection before.",
};
