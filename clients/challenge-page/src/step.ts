import type { ChallengeStatus, Described } from "./described.js";
import type { End } from "./wording.js";

/** What the page shows: a choice of destinations, the entry of a code, or an end. */
export type Step = "choose" | "code" | End;

const steps = new Map<string, Step>(
  Object.entries({
    created: "choose",
    sent: "code",
    verified: "passed",
    completed: "used",
    expired: "expired",
    exhausted: "exhausted",
    superseded: "superseded",
  } as const satisfies Record<ChallengeStatus, Step>),
);

/** The step that a challenge asks for. A code that has been sent, by the page or by the project's server, is to be entered. */
export function stepOf({ status, destinations }: Pick<Described, "status" | "destinations">): Step {
  const step = steps.get(status) ?? "expired";
  return step === "choose" && destinations.length === 0 ? "no_contact" : step;
}

/** The end that a failed look at the challenge means. */
export function endOf(reason: string): End {
  switch (reason) {
    case "missing_secret":
    case "wrong_secret":
    case "not_permitted":
    case "invalid_field":
      return "invalid";
    case "challenge_not_found":
      return "nothing";
    default:
      return "unreachable";
  }
}
