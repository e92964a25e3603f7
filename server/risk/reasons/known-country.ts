import { evidenceOfKnown, type Reason } from "./reason.js";

/** A country known for the user. */
export const knownCountry: Reason = {
  name: "known_country",
  direction: "trust",
  weight: -0.5,
  evidence: (facts) => evidenceOfKnown(facts.country),
  message: (evidence) =>
    `The country ${evidence.to} is known: seen ${evidence.seen_count} times for this user.`,
};
