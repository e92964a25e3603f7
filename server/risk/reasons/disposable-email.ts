import type { Reason } from "./reason.js";

/** The given e-mail address is of a throw-away mail service. */
export const disposableEmail: Reason = {
  name: "disposable_email",
  direction: "risk",
  weight: 1,
  evidence: ({ observation: { disposableDomain } }) =>
    disposableDomain === undefined ? undefined : { domain: disposableDomain },
  message: (evidence) => `${evidence.domain} gives throw-away mail addresses.`,
  userMessage: "Your e-mail address is of a throw-away mail service.",
};
