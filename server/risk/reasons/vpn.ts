import { evidenceOfHiding, weightOfHiding } from "./hiding.js";
import type { Reason } from "./reason.js";

/** The address belongs to a VPN service. It weighs little where the user is known to use that network. */
export const vpn: Reason = {
  name: "vpn",
  direction: "risk",
  weight: weightOfHiding({ fresh: 1.5, usual: 0.3 }),
  evidence: evidenceOfHiding("vpn"),
  message: (evidence) => `The address ${evidence.ip} is of a VPN service, says ${evidence.source}.`,
  userMessage: "This sign-in came through a VPN.",
};
