import { evidenceOfHiding, weightOfHiding } from "./hiding.js";
import type { Reason } from "./reason.js";

/** The address is an exit of the Tor network. It weighs little where the user is known to use that network. */
export const tor: Reason = {
  name: "tor",
  direction: "risk",
  weight: weightOfHiding({ fresh: 3, usual: 1 }),
  evidence: evidenceOfHiding("tor"),
  message: (evidence) => `The address ${evidence.ip} is an exit of the Tor network, says ${evidence.source}.`,
  userMessage: "This sign-in came through the Tor network.",
};
