import { evidenceOfListed } from "../access-list.js";
import type { Reason } from "./reason.js";

/** The attempt is on the project's deny list. */
export const denyListed: Reason = {
  name: "deny_listed",
  direction: "risk",
  weight: 6,
  evidence: ({ observation }) => evidenceOfListed(observation.listed?.deny),
  message: ({ kind, entry }) =>
    `The attempt is on the deny list by its ${String(kind).replace("_", " ")}: ${entry}.`,
  userMessage: "Signing in is not possible from here.",
};
