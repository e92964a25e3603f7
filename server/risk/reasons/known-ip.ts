import { evidenceOfKnown, type Reason } from "./reason.js";

/** An address known for the user. */
export const knownIp: Reason = {
  name: "known_ip",
  direction: "trust",
  weight: -1.5,
  evidence: (facts) => evidenceOfKnown(facts.address),
  message: (evidence) =>
    `The address ${evidence.to} is known: seen ${evidence.seen_count} times for this user.`,
};
