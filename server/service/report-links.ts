import type { Language } from "../challenge/challenge.js";
import { readReportToken } from "../challenge/report-token.js";
import type { Clock } from "../clock.js";
import { AppError } from "../errors.js";
import type { Keys } from "../keys.js";
import type { ReportAttack } from "./report-attack.js";

/** What the bearer of a report link may do. */
export interface ReportLinks {
  languageOf(token: string): Language | undefined;
  report(token: string): Promise<boolean>;
}

/** Makes ReportLinks. */
export function createReportLinks({
  clock,
  keys,
  reportAttack,
}: {
  clock: Clock;
  keys: Keys;
  reportAttack: ReportAttack;
}): ReportLinks {
  const read = (token: string) =>
    readReportToken(token, clock.now(), (tag, ...parts) => keys.verify(tag, "report", ...parts));
  return {
    languageOf: (token) => read(token)?.language,
    async report(token) {
      const found = read(token);
      if (found === undefined) return false;
      try {
        await reportAttack({ projectId: found.projectId, challengeId: found.challengeId });
        return true;
      } catch (error) {
        // Its challenge is past its retention, or its user was erased.
        if (error instanceof AppError && error.reason === "challenge_not_found") return false;
        throw error;
      }
    },
  };
}
