import { type Reason, shown } from "./reason.js";

/** Within the accuracy radii of a known place. */
export const knownPlace: Reason = {
  name: "known_place",
  direction: "trust",
  weight: -0.4,
  evidence: ({ place }) =>
    place.state !== "known"
      ? undefined
      : {
          to: place.nearest.name,
          seen_count: place.nearest.count,
          first_seen_at: shown(place.nearest.firstAt),
          last_seen_at: shown(place.nearest.lastAt),
        },
  message: (evidence) => `${evidence.to} is a known place of this user, seen ${evidence.seen_count} times.`,
  userMessage: "You have signed in from this place before.",
};
