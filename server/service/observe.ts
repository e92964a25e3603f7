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

/** Reduces an attempt to what can be compared, with what is known of its address and device. Its traffics are counted later. */
export function observe(
  { geo, anonymity }: ObserveDeps,
  attempt: Attempt,
  at: Instant,
  device: Sighted | undefined,
  changedContacts: readonly string[],
): Observation {
  const { ip } = attempt;
  const located = ip?.evaluable ? geo.locate(ip) : {};
  const country = located.place?.country ?? located.country;
  const client = clientKey(attempt.fingerprint, attempt.userAgent);
  const throwaway = attempt.email === undefined ? undefined : disposableDomain(attempt.email);
  return {
    at,
    ...(device === undefined
      ? {}
      : {
          deviceId: device.deviceId,
          deviceConfidence: toDigits(device.confidence, 4),
          deviceLogOdds: logOdds(device.confidence),
          deviceChanged: device.changed,
          ...(device.proven ? { deviceProven: true } : {}),
          ...(device.mismatch === undefined ? {} : { tokenDeviceId: device.mismatch }),
          ...(device.tokenIgnored === undefined ? {} : { tokenIgnored: device.tokenIgnored }),
        }),
    ...(ip === undefined ? {} : { ip: ip.text }),
    ...(ip?.notEvaluableBecause === undefined ? {} : { ipNotEvaluable: ip.notEvaluableBecause }),
    ...(ip?.evaluable ? { addressKey: addressKey(ip) } : {}),
    ...(located.network === undefined ? {} : { network: located.network }),
    ...(country === undefined ? {} : { country }),
    ...(located.place === undefined ? {} : { place: located.place }),
    anonymity: ip?.evaluable ? anonymity.look(ip, located.network?.asn) : {},
    geoAvailable: geo.status().city.loaded,
    ...(client === undefined ? {} : { client }),
    changedContacts,
    ...(throwaway === undefined ? {} : { disposableDomain: throwaway }),
    traffics: {},
  };
}

/** Log-odds of a probability; near 0 and 1 no more than can be told apart. */
function logOdds(probability: number): number {
  const held = Math.min(1 - 1e-6, Math.max(1e-6, probability));
  return toDigits(Math.log(held / (1 - held)), 4);
}
