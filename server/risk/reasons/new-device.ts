import type { Facts } from "../facts.js";
import { evidenceOfNew, type Reason } from "./reason.js";

/**
 * The log-odds of a new device: an attacker's is always new, an owner's as often as it was before. A history of a single login says little
 * of that, and nobody changes devices so seldom that one more is proof of an attack; where no device is known, a first one says nothing.
 */
export function weightOfNewDevice({ devicesSeen, devicesKnown }: Facts): number {
  if (devicesKnown === 0) return 0;
  const novelty = 0.6 + 0.7 * Math.max(0, devicesKnown - 1);
  return Math.min(4, Math.max(1.8, Math.log((devicesSeen + novelty) / novelty)));
}

/** This device is not among the devices known for the user. */
export const newDevice: Reason = {
  name: "new_device",
  direction: "risk",
  weight: weightOfNewDevice,
  evidence: (facts) => evidenceOfNew(facts, facts.device),
  message: (evidence) => `The device is new: ${evidence.known_count} others are known for this user.`,
  userMessage: "You have not signed in on this device before.",
};
