import { evidenceOfListed } from "../access-list.js";
import type { Reason } from "./reason.js";

/** The attempt is on the project's watch list. */
export const watchListed: Reason = {
  name: "watch_listed",
  direction: "risk",
  weight: 1,
  evidence: ({ observation }) => evidenceOfListed(observation.listed?.watch),
  message: ({ kind, entry }) =>
    `The attempt is on the watch list by its ${String(kind).replace("_", " ")}: ${entry}.`,
  userMessage: "This sign-in is looked at more closely.",
};
