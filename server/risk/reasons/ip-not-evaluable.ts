import type { Reason } from "./reason.js";

/** The address is private or reserved: a third state, never a risk. Much of it means that the caller sends a proxy's address. */
export const ipNotEvaluable: Reason = {
  name: "ip_not_evaluable",
  direction: "neutral",
  weight: 0,
  evidence: ({ observation }) =>
    observation.ip === undefined || observation.ipNotEvaluable === undefined
      ? undefined
      : { ip: observation.ip, range: observation.ipNotEvaluable },
  message: (evidence) =>
    `The address ${evidence.ip} is ${evidence.range}, so nothing can be said about the place.`,
  userMessage: "We could not tell where this sign-in came from.",
};
