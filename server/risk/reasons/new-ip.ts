import type { Facts } from "../facts.js";
import { evidenceOfNew, type Reason } from "./reason.js";

/**
 * Half of what the likelihood says: where the network is known too, address and network repeat each other, and carriers change addresses
 * at will.
 */
export function weightOfNewIp({ likelihoods }: Facts): number {
  return Math.min(2, Math.max(0.1, 0.5 * likelihoods.address));
}

/** This address (IPv4 exact, IPv6 by its /64) is not among the addresses known for the user. */
export const newIp: Reason = {
  name: "new_ip",
  direction: "risk",
  weight: weightOfNewIp,
  evidence: (facts) => evidenceOfNew(facts, facts.address),
  message: (evidence) => `The address ${evidence.to} is new for this user.`,
  userMessage: "You have not signed in from this internet connection before.",
};
