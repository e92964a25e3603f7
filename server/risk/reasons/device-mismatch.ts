import type { Reason } from "./reason.js";

/** The device token is of one device and the fingerprint of another: a browser's cookies seldom leave it, so the token may be stolen. */
export const deviceMismatch: Reason = {
  name: "device_mismatch",
  direction: "risk",
  weight: 3,
  evidence: ({ observation: { tokenDeviceId, deviceId } }) =>
    tokenDeviceId === undefined || deviceId === undefined ? undefined : { from: tokenDeviceId, to: deviceId },
  message: () => "The device token was made for another device than the fingerprint shows.",
  userMessage: "This sign-in did not look like it came from the device you used before.",
};
