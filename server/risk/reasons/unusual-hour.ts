import { type Reason, rounded } from "./reason.js";

/** The user is seldom seen at this hour. Habits change with seasons and travel, so it says little. */
export const unusualHour: Reason = {
  name: "unusual_hour",
  direction: "risk",
  weight: ({ hour }) => (hour === undefined ? 0 : Math.min(1, -0.6 * Math.log(hour.ratio))),
  evidence: ({ hour }) =>
    hour === undefined || hour.ratio > 0.4
      ? undefined
      : { hour_utc: hour.hour, share_of_usual: rounded(hour.ratio, 2), learnt_from: hour.attempts },
  message: (evidence) =>
    `${evidence.hour_utc}:00 UTC is an hour at which this user is seldom seen: ${evidence.share_of_usual} times as often as by chance.`,
  userMessage: "You seldom sign in at this time of the day.",
};
