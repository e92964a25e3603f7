import { allowListed } from "./allow-listed.js";
import { contactChanged } from "./contact-changed.js";
import { denyListed } from "./deny-listed.js";
import { firstSeenUser } from "./first-seen-user.js";
import { geoUnavailable } from "./geo-unavailable.js";
import { ipNotEvaluable } from "./ip-not-evaluable.js";
import { knownCountry } from "./known-country.js";
import { knownDevice } from "./known-device.js";
import { knownIp } from "./known-ip.js";
import { knownNetwork } from "./known-network.js";
import { missingFingerprint } from "./missing-fingerprint.js";
import { missingIp } from "./missing-ip.js";
import { newCountry } from "./new-country.js";
import { newDevice } from "./new-device.js";
import { newIp } from "./new-ip.js";
import { newNetwork } from "./new-network.js";
import type { Reason } from "./reason.js";
import { watchListed } from "./watch-listed.js";

/** All reasons: risk, then neutral, then trust. To add one: its file, and a row here. */
export const reasons: readonly Reason[] = [
  denyListed,
  newCountry,
  newDevice,
  newNetwork,
  newIp,
  contactChanged,
  watchListed,
  firstSeenUser,
  missingFingerprint,
  missingIp,
  ipNotEvaluable,
  geoUnavailable,
  allowListed,
  knownDevice,
  knownIp,
  knownNetwork,
  knownCountry,
];
