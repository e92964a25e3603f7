import type { ReasonName } from "../words.js";
import { abandonedChallenge } from "./abandoned-challenge.js";
import { allowListed } from "./allow-listed.js";
import { contactChanged } from "./contact-changed.js";
import { credentialStuffing } from "./credential-stuffing.js";
import { denyListed } from "./deny-listed.js";
import { deviceChanged } from "./device-changed.js";
import { deviceMismatch } from "./device-mismatch.js";
import { deviceTokenIgnored } from "./device-token-ignored.js";
import { disposableEmail } from "./disposable-email.js";
import { fingerprintWithheld } from "./fingerprint-withheld.js";
import { firstSeenUser } from "./first-seen-user.js";
import { geoUnavailable } from "./geo-unavailable.js";
import { hosting } from "./hosting.js";
import { impossibleTravel } from "./impossible-travel.js";
import { ipNotEvaluable } from "./ip-not-evaluable.js";
import { knownClient } from "./known-client.js";
import { knownCountry } from "./known-country.js";
import { knownDevice } from "./known-device.js";
import { knownIp } from "./known-ip.js";
import { knownNetwork } from "./known-network.js";
import { knownPlace } from "./known-place.js";
import { manyFailures } from "./many-failures.js";
import { manyUsersOnDevice } from "./many-users-on-device.js";
import { manyUsersOnIp } from "./many-users-on-ip.js";
import { missingFingerprint } from "./missing-fingerprint.js";
import { missingIp } from "./missing-ip.js";
import { nearKnownIp } from "./near-known-ip.js";
import { newClient } from "./new-client.js";
import { newCountry } from "./new-country.js";
import { newDevice } from "./new-device.js";
import { newIp } from "./new-ip.js";
import { newNetwork } from "./new-network.js";
import { newPlace } from "./new-place.js";
import { proxy } from "./proxy.js";
import type { Reason } from "./reason.js";
import { recentlyVerified } from "./recently-verified.js";
import { reportedAttacker } from "./reported-attacker.js";
import { tor } from "./tor.js";
import { unusualHour } from "./unusual-hour.js";
import { userVelocity } from "./user-velocity.js";
import { vpn } from "./vpn.js";
import { watchListed } from "./watch-listed.js";

/** All reasons: risk, then neutral, then trust. To add one: its file, and a row here. */
export const reasons: readonly Reason[] = [
  denyListed,
  credentialStuffing,
  reportedAttacker,
  newCountry,
  impossibleTravel,
  tor,
  proxy,
  deviceMismatch,
  newDevice,
  fingerprintWithheld,
  deviceChanged,
  newNetwork,
  hosting,
  vpn,
  newClient,
  newIp,
  newPlace,
  abandonedChallenge,
  manyFailures,
  userVelocity,
  manyUsersOnDevice,
  manyUsersOnIp,
  unusualHour,
  contactChanged,
  watchListed,
  disposableEmail,
  firstSeenUser,
  missingFingerprint,
  missingIp,
  ipNotEvaluable,
  geoUnavailable,
  deviceTokenIgnored,
  allowListed,
  knownDevice,
  recentlyVerified,
  knownIp,
  nearKnownIp,
  knownNetwork,
  knownPlace,
  knownClient,
  knownCountry,
];

const byName = new Map(reasons.map((reason) => [reason.name, reason]));

/** The reason of that name; undefined for one that is not drawn from facts: `policy_failed`. */
export function reasonNamed(name: ReasonName): Reason | undefined {
  return byName.get(name);
}
