import type { Reason } from "./reason.js";

/** A given e-mail address or phone number differs from the one known for the user; the new one gets no code during its cooldown. */
export const contactChanged: Reason = {
  name: "contact_changed",
  direction: "risk",
  weight: 1,
  evidence: ({ observation }) =>
    observation.changedContacts.length === 0
      ? undefined
      : { contacts: observation.changedContacts.join(",") },
  message: (evidence) => `Changed not long ago, so no code goes to the new one yet: ${evidence.contacts}.`,
  userMessage: "Your e-mail address or phone number was changed not long ago.",
};
