import type { AnonymityKind } from "../anonymity.js";
import type { Facts } from "../facts.js";
import type { Evidence } from "../words.js";

/** Whether the user is known to use this network, or where that is not known this address. */
function isUsual({ network, address }: Facts): boolean {
  return network.state === "absent" ? address.state === "known" : network.state === "known";
}

/** Weight of an address that hides its user, by whether that is usual for the user. */
export function weightOfHiding({ fresh, usual }: { readonly fresh: number; readonly usual: number }) {
  return (facts: Facts): number => (isUsual(facts) ? usual : fresh);
}

/** Evidence that the address hides its user in this way. */
export function evidenceOfHiding(kind: AnonymityKind) {
  return (facts: Facts): Evidence | undefined => {
    const { ip, anonymity, network } = facts.observation;
    const source = anonymity[kind];
    if (source === undefined || ip === undefined) return undefined;
    return {
      ip,
      source,
      usual_for_user: isUsual(facts),
      ...(network === undefined ? {} : { network: `AS${network.asn} ${network.name}`.trimEnd() }),
    };
  };
}
