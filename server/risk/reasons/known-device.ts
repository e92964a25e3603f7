import { evidenceOfKnown, type Reason } from "./reason.js";

/** Log-odds of a device of which no confidence is given: as for one of 0.99. */
const assumedLogOdds = 4.6;
/** Log-odds of any login of an owner being from a known device; the confidence holds them, and the score must not count them twice. */
const priorLogOdds = 2.3;

/** A device known for the user. */
export const knownDevice: Reason = {
  name: "known_device",
  direction: "trust",
  weight: ({ observation }) =>
    -Math.min(8, Math.max(0.5, (observation.deviceLogOdds ?? assumedLogOdds) - priorLogOdds)),
  evidence(facts) {
    const known = evidenceOfKnown(facts.device);
    const { deviceConfidence, deviceChanged = [] } = facts.observation;
    if (known === undefined || deviceConfidence === undefined) return known;
    return {
      ...known,
      confidence: deviceConfidence,
      ...(deviceChanged.length === 0 ? {} : { changed: deviceChanged.join(", ") }),
    };
  },
  message: (evidence) => `The device is known: seen ${evidence.seen_count} times for this user.`,
  userMessage: "You have signed in on this device before.",
};
