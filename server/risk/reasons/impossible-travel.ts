import { nameOf } from "../location.js";
import { type Reason, rounded, shown } from "./reason.js";

/** The user would have had to move faster than an airliner since the last trusted place, whatever the accuracy radii leave open; never at a known address on a known device. */
export const impossibleTravel: Reason = {
  name: "impossible_travel",
  direction: "risk",
  weight: 3,
  evidence: ({ travel, observation }) =>
    !travel?.impossible
      ? undefined
      : {
          from: travel.from.name,
          to: nameOf(observation.place),
          km: rounded(travel.km),
          km_h: rounded(travel.kmh),
          elapsed_minutes: rounded(travel.elapsedMs / 60_000),
          last_seen_at: shown(travel.from.lastAt),
        },
  message: (evidence) =>
    `From ${evidence.from} to ${evidence.to}: at least ${evidence.km} km in ${evidence.elapsed_minutes} minutes, ${evidence.km_h} km/h.`,
  userMessage: "This sign-in came from far away from your last one, too soon after it.",
};
