import { evidenceOfNew, type Reason } from "./reason.js";

/** The user was not seen in this country before. */
export const newCountry: Reason = {
  name: "new_country",
  direction: "risk",
  weight: 3,
  evidence: (facts) => evidenceOfNew(facts, facts.country),
  message: (evidence) => `The country ${evidence.to} is new for this user.`,
};
