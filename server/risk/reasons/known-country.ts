import { evidenceOfKnown, type Reason } from "./reason.js";

/** A country known for the user. */
export const knownCountry: Reason = {
  name: "known_country",
  direction: "trust",
  weight: ({ likelihoods }) => Math.max(-1, 0.5 * likelihoods.country),
  evidence: (facts) => evidenceOfKnown(facts.country),
  message: (evidence) =>
    `The country ${evidence.to} is known: seen ${evidence.seen_count} times for this user.`,
  userMessage: "You have signed in from this country before.",
};
