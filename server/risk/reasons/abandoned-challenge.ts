import { type Reason, shown } from "./reason.js";

/** A challenge was opened and not completed: somebody was asked for a code and had none. Says most of the device that was asked. */
export const abandonedChallenge: Reason = {
  name: "abandoned_challenge",
  direction: "risk",
  weight: ({ abandoned, device }) =>
    device.state === "absent" || abandoned.some((challenge) => challenge.deviceId === device.key)
      ? Math.min(2, 1 + 0.5 * Math.log(Math.max(1, abandoned.length)))
      : 0.3,
  evidence: ({ abandoned, device }) => {
    const newest = abandoned[0];
    if (newest === undefined || device.state === "known") return undefined;
    return { challenges: abandoned.length, last_seen_at: shown(newest.at) };
  },
  message: (evidence) =>
    `${evidence.challenges} challenges were not completed, the last opened at ${evidence.last_seen_at}.`,
  userMessage: "A code was asked for at an earlier sign-in and never entered.",
};
