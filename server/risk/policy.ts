import type { ReasonName, Verdict } from "./words.js";

/** One rule: when all of `all` and one of each of `any` were noticed, the verdict is `verdict`. */
export interface Rule {
  readonly when: (noticed: ReadonlySet<ReasonName>) => boolean;
  readonly verdict: Verdict;
}

/**
 * The default policy, first match wins. It asks for two weak signals before it challenges, and behaviour alone never denies, for that would
 * lock owners out. A browser can leave its fingerprint out, so a missing one counts as a device that is not known; otherwise leaving it
 * out would be the way around the challenge.
 */
export const defaultPolicy: readonly Rule[] = [
  { when: (noticed) => noticed.has("first_seen_user"), verdict: "allow" },
  {
    when: (noticed) =>
      (noticed.has("new_device") || noticed.has("missing_fingerprint")) && noticed.has("new_ip"),
    verdict: "challenge",
  },
];

/** The verdict of the first rule that matches, `allow` when none does. */
export function decide(policy: readonly Rule[], noticed: ReadonlySet<ReasonName>): Verdict {
  return policy.find((rule) => rule.when(noticed))?.verdict ?? "allow";
}
