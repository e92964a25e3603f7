import { nameOf } from "../location.js";
import { type Reason, rounded, shown } from "./reason.js";

/** Farther from every known place than both accuracy radii explain. It grows slowly with the distance, as geo databases err by hundreds of kilometres. */
export const newPlace: Reason = {
  name: "new_place",
  direction: "risk",
  weight: ({ place }) => (place.state === "new" ? Math.min(1.2, 0.35 * Math.log1p(place.km / 50)) : 0),
  evidence: ({ place, observation }) =>
    place.state !== "new"
      ? undefined
      : {
          from: place.nearest.name,
          to: nameOf(observation.place),
          km: rounded(place.km),
          last_seen_at: shown(place.nearest.lastAt),
        },
  message: (evidence) =>
    `${evidence.to} is at least ${evidence.km} km from ${evidence.from}, the nearest known place of this user.`,
  userMessage: "You have not signed in from this place before.",
};
