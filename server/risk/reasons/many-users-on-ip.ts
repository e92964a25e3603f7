import { type Reason, rounded } from "./reason.js";

/** From so many users on one address. */
const leastUsers = 20;

/** Many users on this address within a day. Offices and carriers have that too, so it says little, and nothing where the address is known. */
export const manyUsersOnIp: Reason = {
  name: "many_users_on_ip",
  direction: "risk",
  weight: ({ observation }) =>
    Math.min(1, 0.25 * Math.log((observation.traffics.addressDay?.users ?? 0) / 10)),
  evidence: ({ observation, address }) => {
    const users = observation.traffics.addressDay?.users ?? 0;
    return users < leastUsers || address.state === "known"
      ? undefined
      : { users: rounded(users), window_hours: 24 };
  },
  message: (evidence) => `About ${evidence.users} users on this address within a day.`,
  userMessage: "Many accounts are used from this internet connection.",
};
