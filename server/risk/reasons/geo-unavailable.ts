import type { Reason } from "./reason.js";

/** The server runs without a city database, so places and countries were not looked at. */
export const geoUnavailable: Reason = {
  name: "geo_unavailable",
  direction: "neutral",
  weight: 0,
  signalOnly: true,
  evidence: ({ observation }) =>
    observation.geoAvailable || observation.addressKey === undefined ? undefined : {},
  message: () => "No city database is loaded, so the country and place were not looked at.",
  userMessage: "We could not look at where this sign-in came from.",
};
