import { evidenceOfNew, type Reason } from "./reason.js";

/** The user was not seen in this country before. */
export const newCountry: Reason = {
  name: "new_country",
  direction: "risk",
  weight: ({ likelihoods }) => Math.min(4, Math.max(0.5, likelihoods.country)),
  evidence: (facts) => evidenceOfNew(facts, facts.country),
  message: (evidence) => `The country ${evidence.to} is new for this user.`,
  userMessage: "You have not signed in from this country before.",
};
