import { evidenceOfListed } from "../access-list.js";
import type { Reason } from "./reason.js";

/** The attempt is on the project's allow list. */
export const allowListed: Reason = {
  name: "allow_listed",
  direction: "trust",
  weight: -4,
  evidence: ({ observation }) => evidenceOfListed(observation.listed?.allow),
  message: ({ kind, entry }) =>
    `The attempt is on the allow list by its ${String(kind).replace("_", " ")}: ${entry}.`,
  userMessage: "This sign-in is expected.",
};
