import type { Reason } from "./reason.js";

/** Nothing was learnt of the user yet, so there is nothing to compare with. */
export const firstSeenUser: Reason = {
  name: "first_seen_user",
  direction: "neutral",
  weight: 0,
  evidence: (facts) => (facts.firstSeenUser ? {} : undefined),
  message: () => "This is the first that is seen of this user, so there is nothing to compare with.",
  userMessage: "This is your first sign-in that we see.",
};
