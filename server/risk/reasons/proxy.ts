import { evidenceOfHiding, weightOfHiding } from "./hiding.js";
import type { Reason } from "./reason.js";

/** The address is an open, anonymising or residential proxy. It weighs little where the user is known to use that network. */
export const proxy: Reason = {
  name: "proxy",
  direction: "risk",
  weight: weightOfHiding({ fresh: 2.5, usual: 0.8 }),
  evidence: evidenceOfHiding("proxy"),
  message: (evidence) => `The address ${evidence.ip} is an anonymising proxy, says ${evidence.source}.`,
  userMessage: "This sign-in came through a proxy.",
};
