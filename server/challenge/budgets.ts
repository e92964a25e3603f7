import type { ChannelName } from "./challenge.js";
import type { ChallengeLimits } from "./limits.js";

/** What a message is counted by. */
export type BudgetScope = "contact" | "address" | "country" | "project";

/**
 * How many messages may go unused for one key. A message is unused until its challenge is verified. It is refused when the day's unused messages
 * have reached `perDay` and the hour's `perHour`, and they are more than the allowed share of verified traffic: so a day begins with a reserve, an
 * attack leaves a trickle, and a place where users do verify is never cut off.
 */
export interface Budget {
  readonly key: string;
  readonly perHour: number;
  readonly perDay: number;
}

/** Lengths of the windows, in milliseconds; windows begin at whole multiples of them since 1970. */
export const budgetWindows = { hour: 3_600_000, day: 86_400_000 } as const;

/** Start of the window that holds an instant. */
export function windowAt(now: number, lengthMs: number): number {
  return Math.floor(now / lengthMs) * lengthMs;
}

/** Who a message is for. */
export interface MessageSubject {
  readonly channel: ChannelName;
  /** Keyed hash of the contact. */
  readonly contact: string;
  /** Keyed hash of the address that asked for the challenge, where it is known. */
  readonly address: string | undefined;
  /** Country of the phone number. */
  readonly country: string | undefined;
}

/** The budgets that a message is charged to, ordered by key so that locks are always taken in the same order. */
export function budgetsOf(limits: ChallengeLimits, subject: MessageSubject): readonly Budget[] {
  const budget = (scope: BudgetScope, key: string): Budget => ({
    key: `${scope}:${key}`,
    perHour: limits[`${scope}_messages_per_hour`],
    perDay: limits[`${scope}_messages_per_day`],
  });
  return [
    ...(subject.address === undefined ? [] : [budget("address", subject.address)]),
    budget("contact", subject.contact),
    ...(subject.country === undefined ? [] : [budget("country", subject.country)]),
    budget("project", subject.channel),
  ];
}
