import { type StuffingRule, stuffing } from "../traffic.js";
import { type Reason, rounded } from "./reason.js";

const scopes = {
  addressHour: { scope: "address", window_minutes: 60 },
  addressDay: { scope: "address", window_minutes: 1440 },
  near: { scope: "neighbourhood", window_minutes: 60 },
  site: { scope: "site", window_minutes: 60 },
} as const satisfies Record<StuffingRule["where"], { scope: string; window_minutes: number }>;

/** Failed attempts for many users around this address: stolen passwords are being tried. */
export const credentialStuffing: Reason = {
  name: "credential_stuffing",
  direction: "risk",
  weight: 3.5,
  evidence: ({ observation }) => {
    const found = stuffing(observation.traffics);
    if (found === undefined) return undefined;
    const { rule, failed, succeeded, users } = found;
    return {
      ...scopes[rule.where],
      failed: rounded(failed),
      succeeded: rounded(succeeded),
      users: rounded(users),
    };
  },
  message: (evidence) =>
    `${evidence.failed} failed and ${evidence.succeeded} right attempts for about ${evidence.users} users from this ${evidence.scope} within ${evidence.window_minutes} minutes.`,
  userMessage: "Somebody is trying many accounts from this internet connection.",
};
