import { evidenceOfHiding, weightOfHiding } from "./hiding.js";
import type { Reason } from "./reason.js";

/** The address belongs to a data centre. It weighs little where the user is known to use that network. */
export const hosting: Reason = {
  name: "hosting",
  direction: "risk",
  weight: weightOfHiding({ fresh: 1.8, usual: 0.2 }),
  evidence: evidenceOfHiding("hosting"),
  message: (evidence) => `The address ${evidence.ip} is of a data centre, says ${evidence.source}.`,
  userMessage: "This sign-in came from a data centre.",
};
