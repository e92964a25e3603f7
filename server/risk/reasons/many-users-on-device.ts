import { type Reason, rounded } from "./reason.js";

/** From so many users it is a shared device, or an attacker's. */
const mostInHousehold = 12;

/** More users on this device within a week than a household has. */
export const manyUsersOnDevice: Reason = {
  name: "many_users_on_device",
  direction: "risk",
  weight: ({ observation }) => Math.min(3, Math.log((observation.traffics.device?.users ?? 0) / 5)),
  evidence: ({ observation }) => {
    const users = observation.traffics.device?.users ?? 0;
    return users < mostInHousehold ? undefined : { users: rounded(users), window_days: 7 };
  },
  message: (evidence) => `About ${evidence.users} users on this device within a week.`,
  userMessage: "Many accounts are used on this device.",
};
