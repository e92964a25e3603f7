import { evidenceOfNew, type Reason } from "./reason.js";

/** This address (IPv4 exact, IPv6 by its /64) is not among the addresses known for the user. */
export const newIp: Reason = {
  name: "new_ip",
  direction: "risk",
  weight: 1,
  evidence: (facts) => evidenceOfNew(facts, facts.address),
  message: (evidence) => `The address ${evidence.to} is new for this user.`,
};
