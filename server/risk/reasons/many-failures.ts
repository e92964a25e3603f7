import { type Reason, rounded } from "./reason.js";

/** Who has forgotten a password tries three or four. */
const leastFailures = 5;

/** Many failed attempts for this user within an hour, before this one. */
export const manyFailures: Reason = {
  name: "many_failures",
  direction: "risk",
  weight: ({ observation }) => Math.min(2.5, 0.5 * Math.log((observation.traffics.user?.failed ?? 0) + 1)),
  evidence: ({ observation }) => {
    const failed = observation.traffics.user?.failed ?? 0;
    return failed < leastFailures ? undefined : { failed: rounded(failed), window_minutes: 60 };
  },
  message: (evidence) => `${evidence.failed} failed attempts for this user within the hour before.`,
  userMessage: "There were several wrong passwords for your account just now.",
};
