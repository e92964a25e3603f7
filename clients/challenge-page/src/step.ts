import { ChallengeStatus, type DescribeChallengeResponse } from "./api.js";
import type { End } from "./wording.js";

/** What the page shows: a choice of destinations, the entry of a code, or an end. */
export type Step = "choose" | "code" | End;

/** The step that a challenge asks for. A code that has been sent, by the page or by the project's server, is to be entered. */
export function stepOf({ status, destinations }: DescribeChallengeResponse): Step {
  switch (status) {
    case ChallengeStatus.CREATED:
      return destinations.length === 0 ? "no_contact" : "choose";
    case ChallengeStatus.SENT:
      return "code";
    case ChallengeStatus.VERIFIED:
      return "passed";
    case ChallengeStatus.COMPLETED:
      return "used";
    case ChallengeStatus.EXHAUSTED:
      return "exhausted";
    case ChallengeStatus.SUPERSEDED:
      return "superseded";
    default:
      return "expired";
  }
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
