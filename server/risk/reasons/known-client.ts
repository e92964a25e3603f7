import { evidenceOfKnown, type Reason } from "./reason.js";

/** The exact version of the browser and system is known for the user. */
export const knownClient: Reason = {
  name: "known_client",
  direction: "trust",
  weight: ({ likelihoods: { os, browser, agent } }) => Math.max(-1.5, 0.2 * (os + browser) + 0.2 * agent),
  evidence: (facts) => {
    const known = evidenceOfKnown(facts.client);
    if (known === undefined) return undefined;
    const { to: _, ...evidence } = known;
    return evidence;
  },
  message: (evidence) => `The system and browser are known: seen ${evidence.seen_count} times for this user.`,
  userMessage: "You have signed in with this kind of browser before.",
};
