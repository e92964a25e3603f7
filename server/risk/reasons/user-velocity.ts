import type { Traffic } from "../traffic.js";
import { type Reason, rounded } from "./reason.js";

/** Nobody signs in every two minutes; several devices and a bad day stay below. */
const mostInAnHour = 30;

const attempts = (traffic: Traffic | undefined) =>
  traffic === undefined ? 0 : traffic.failed + traffic.succeeded;

/** More attempts for this user within an hour than people make. */
export const userVelocity: Reason = {
  name: "user_velocity",
  direction: "risk",
  weight: ({ observation }) =>
    Math.min(3, 1 + Math.log((attempts(observation.traffics.user) + 1) / mostInAnHour)),
  evidence: ({ observation }) => {
    const count = attempts(observation.traffics.user);
    return count < mostInAnHour ? undefined : { attempts: rounded(count), window_minutes: 60 };
  },
  message: (evidence) => `${evidence.attempts} attempts for this user within an hour.`,
  userMessage: "There were unusually many sign-ins to your account just now.",
};
