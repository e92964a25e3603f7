import { weightOfNewIp } from "./new-ip.js";
import { type Reason, shown } from "./reason.js";

/** The address is new but a neighbour (IPv4 /24, IPv6 /56) of a known one; takes back most of what `new_ip` says. */
export const nearKnownIp: Reason = {
  name: "near_known_ip",
  direction: "trust",
  weight: (facts) => -0.6 * weightOfNewIp(facts),
  evidence: ({ near, address }) =>
    near === undefined || address.state !== "new"
      ? undefined
      : { to: address.key, from: near.key, seen_count: near.count, last_seen_at: shown(near.lastAt) },
  message: (evidence) => `The address ${evidence.to} is near the known ${evidence.from}.`,
  userMessage: "You have signed in from a neighbouring internet connection before.",
};
