import type { Instant } from "../clock.js";
import { clientKey } from "../device/client.js";
import type { AnonymitySource } from "../outbound/anonymity/anonymity.js";
import type { Geo } from "../outbound/geo/geo.js";
import { disposableDomain } from "../risk/disposable-domains.js";
import type { Observation } from "../risk/facts.js";
import { addressKey } from "../risk/ip-address.js";
import { toDigits } from "../risk/to-digits.js";
import type { Attempt } from "./evaluate.js";
import type { Sighted } from "./sight-device.js";

/** Who tells about addresses. */
export interface ObserveDeps {
  readonly geo: Geo;
  readonly anonymity: AnonymitySource;
}

/**
 * Reduces an attempt to what can be compared, with what is known of its address and device. Its traffics and lists are looked up later. Every
 * member is there, if only as undefined: observations of one shape are read fastest.
 */
export function observe(
  { geo, anonymity }: ObserveDeps,
  attempt: Attempt,
  at: Instant,
  device: Sighted | undefined,
  changedContacts: readonly string[],
): Observation {
  const { ip, fingerprint, userAgent, email } = attempt;
  const evaluable = ip?.evaluable ? ip : undefined;
  const located = evaluable === undefined ? undefined : geo.locate(evaluable);
  return {
    at,
    deviceId: device?.deviceId,
    deviceLogOdds: device === undefined ? undefined : logOdds(device.confidence),
    deviceConfidence: device === undefined ? undefined : toDigits(device.confidence, 4),
    deviceChanged: device?.changed,
    deviceProven: device?.proven ? true : undefined,
    tokenDeviceId: device?.mismatch,
    tokenIgnored: device?.tokenIgnored,
    ip: ip?.text,
    ipNotEvaluable: ip?.notEvaluableBecause,
    addressKey: evaluable && addressKey(evaluable),
    network: located?.network,
    country: located?.place?.country ?? located?.country,
    place: located?.place,
    anonymity: evaluable === undefined ? {} : anonymity.look(evaluable, located?.network?.asn),
    geoAvailable: geo.builds().hasPlaces,
    client: clientKey(fingerprint, userAgent),
    changedContacts,
    listed: undefined,
    disposableDomain: email === undefined ? undefined : disposableDomain(email),
    traffics: {},
  };
}

/** Log-odds of a probability; near 0 and 1 no more than can be told apart. */
function logOdds(probability: number): number {
  const held = Math.min(1 - 1e-6, Math.max(1e-6, probability));
  return toDigits(Math.log(held / (1 - held)), 4);
}
