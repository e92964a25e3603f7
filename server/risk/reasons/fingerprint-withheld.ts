import { weightOfNewDevice } from "./new-device.js";
import type { Reason } from "./reason.js";

/** No fingerprint came although devices of the user are known. It weighs as much as a new device, so that leaving it out never pays. */
export const fingerprintWithheld: Reason = {
  name: "fingerprint_withheld",
  direction: "risk",
  weight: weightOfNewDevice,
  evidence: ({ observation, devicesKnown }) =>
    observation.deviceId !== undefined || devicesKnown === 0 ? undefined : { known_count: devicesKnown },
  message: (evidence) =>
    `No fingerprint came, though ${evidence.known_count} devices are known for this user.`,
  userMessage: "We could not recognise your browser, as we could before.",
};
