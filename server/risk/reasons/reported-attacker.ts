import { type Reason, shown } from "./reason.js";

/** The device or address of an attempt that was reported as an attacker's. An address can be shared, so it says less. */
export const reportedAttacker: Reason = {
  name: "reported_attacker",
  direction: "risk",
  weight: ({ blamed }) => (blamed?.what === "device" ? 5 : 2.5),
  evidence: ({ blamed }) =>
    blamed === undefined ? undefined : { what: blamed.what, last_seen_at: shown(blamed.at) },
  message: (evidence) => `The ${evidence.what} was reported as an attacker's at ${evidence.last_seen_at}.`,
  userMessage: "This device or connection was used in an attack on your account.",
};
