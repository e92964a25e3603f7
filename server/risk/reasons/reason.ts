import type { Compared, Facts } from "../facts.js";
import type { Direction, Evidence, ReasonName } from "../words.js";

/** One row of the table of reasons: when it applies, how strongly it speaks and what it says. */
export interface Reason {
  readonly name: ReasonName;
  readonly direction: Direction;
  /**
   * Log-odds that it adds: 0 or more for risk, 0 or less for trust (what is drawn from the facts is held to that), 0 for neutral.
   */
  readonly weight: number | ((facts: Facts) => number);
  /** It is about this server rather than the attempt: shown among the signals, not among the reasons of a verdict. */
  readonly signalOnly?: true;
  /** The evidence when the reason applies, else undefined. */
  readonly evidence: (facts: Facts) => Evidence | undefined;
  /** One English sentence for an operator. */
  readonly message: (evidence: Evidence) => string;
  /** One English sentence for the account holder, who may be the attacker: no number, no threshold. */
  readonly userMessage: string;
}

const dayMs = 86_400_000;
/** The first instant that takes five digits for its year. */
const farAway = Date.UTC(10_000, 0, 1);
/** Days as they are written, for what is seen of a user lies on few of them; writing one anew costs more than most reasons. */
const days = new Map<number, string>();
const mostDays = 4096;
const digits = Array.from({ length: 1000 }, (_, number) => String(number).padStart(3, "0"));
const two = (number: number): string => (digits[number] ?? "").slice(1);

function dayText(day: number): string {
  const known = days.get(day);
  if (known !== undefined) return known;
  if (days.size >= mostDays) days.clear();
  const text = new Date(day * dayMs).toISOString().slice(0, 11);
  days.set(day, text);
  return text;
}

/** An instant as evidence shows it: as `Date` writes it, faster. */
export function shown(at: number): string {
  if (!Number.isInteger(at) || at < 0 || at >= farAway) return new Date(at).toISOString();
  const day = Math.floor(at / dayMs);
  const rest = at - day * dayMs;
  const seconds = Math.floor(rest / 1000);
  const minutes = Math.floor(seconds / 60);
  return `${dayText(day)}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}:${two(seconds % 60)}.${digits[rest % 1000]}Z`;
}

/** A number as evidence shows it, with at most `digits` after the point. */
export function rounded(value: number, digits = 0): number {
  const scale = 10 ** digits;
  return Math.round(value * scale) / scale;
}

/** Evidence that a trait is new to a user of whom something is known; undefined where it is not. */
export function evidenceOfNew(facts: Facts, compared: Compared<string | number>): Evidence | undefined {
  if (compared.state !== "new" || facts.firstSeenUser) return undefined;
  const { usual } = compared;
  return {
    to: compared.key,
    known_count: compared.knownCount,
    ...(usual === undefined ? {} : { from: usual.key, last_seen_at: shown(usual.lastAt) }),
  };
}

/** Evidence that a trait is known for the user; undefined where it is not. */
export function evidenceOfKnown(compared: Compared<string | number>): Evidence | undefined {
  if (compared.state !== "known") return undefined;
  const { seen } = compared;
  return {
    to: compared.key,
    seen_count: seen.count,
    first_seen_at: shown(seen.firstAt),
    last_seen_at: shown(seen.lastAt),
  };
}
