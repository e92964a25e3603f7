import type { Reason } from "./reason.js";

/** The system is new for the user, or the browser on this system. */
export const newClient: Reason = {
  name: "new_client",
  direction: "risk",
  weight: ({ likelihoods: { os, browser } }) => Math.min(2.5, 0.6 * (Math.max(0, os) + Math.max(0, browser))),
  evidence: ({ likelihoods: { os, browser }, client }) =>
    (os <= 0 && browser <= 0) || client.state !== "new"
      ? undefined
      : { new: os > 0 ? "system" : "browser", known_count: client.knownCount },
  message: (evidence) => `The ${evidence.new} is new for this user.`,
  userMessage: "You have not signed in with this kind of browser before.",
};
