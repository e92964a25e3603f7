import type { Reason } from "./reason.js";

/** A device token came that says nothing here. */
export const deviceTokenIgnored: Reason = {
  name: "device_token_ignored",
  direction: "neutral",
  weight: 0,
  signalOnly: true,
  evidence: ({ observation: { tokenIgnored } }) =>
    tokenIgnored === undefined ? undefined : { cause: tokenIgnored },
  message: (evidence) => `The device token was not looked at: it is ${evidence.cause}.`,
  userMessage: "We could not tell this device by what it brought along.",
};
