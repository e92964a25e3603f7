/** One number of the challenge life-cycle that a project may set within bounds. */
export interface Limit {
  readonly default: number;
  readonly minimum: number;
  readonly maximum: number;
  /** Whether it is a switch: 1 is on, 0 is off, and people read and write these words. */
  readonly onOff?: true;
  readonly meaning: string;
}

/**
 * The numbers of the challenge life-cycle. Sources: NIST SP 800-63B-4 and OWASP ASVS 5 for codes; for messages per country and address a public
 * specification against SMS pumping (20 a day and 3 an hour per country, 10 a day and 5 an hour per address, 30 % of verified traffic); the rest
 * is stated in the API.
 */
export const challengeLimits = {
  code_ttl_seconds: {
    default: 600,
    minimum: 60,
    maximum: 600,
    meaning: "how long a code, and a challenge with nothing happening, lasts",
  },
  max_attempts: {
    default: 5,
    minimum: 1,
    maximum: 10,
    meaning: "tries per challenge, shared by all its codes",
  },
  max_sends: { default: 5, minimum: 1, maximum: 10, meaning: "codes per challenge" },
  resend_after_seconds: { default: 30, minimum: 10, maximum: 600, meaning: "least time between two codes" },
  max_failed_codes: {
    default: 100,
    minimum: 10,
    maximum: 100,
    meaning: "wrong codes in a row per user before the user's challenges pause",
  },
  contact_cooldown_seconds: {
    default: 86_400,
    minimum: 0,
    maximum: 2_592_000,
    meaning: "how long a changed contact gets no code",
  },
  login_notices: {
    default: 1,
    minimum: 0,
    maximum: 1,
    onOff: true,
    meaning: "whether a completed challenge is followed by the message that asks the user: was this you?",
  },
  max_unused_messages: {
    default: 10,
    minimum: 3,
    maximum: 100,
    meaning: "codes in a row that a user does not enter before the user's messages pause",
  },
  contact_messages_per_hour: {
    default: 3,
    minimum: 1,
    maximum: 1_000,
    meaning: "unused codes to one contact in an hour once the day's are spent",
  },
  contact_messages_per_day: {
    default: 10,
    minimum: 1,
    maximum: 10_000,
    meaning: "unused codes to one contact in a day",
  },
  address_messages_per_hour: {
    default: 5,
    minimum: 1,
    maximum: 100_000,
    meaning: "unused codes asked for from one IP address (IPv6: /64) in an hour once the day's are spent",
  },
  address_messages_per_day: {
    default: 10,
    minimum: 1,
    maximum: 1_000_000,
    meaning: "unused codes asked for from one IP address (IPv6: /64) in a day",
  },
  country_messages_per_hour: {
    default: 3,
    minimum: 1,
    maximum: 1_000_000,
    meaning: "unused text messages to one country in an hour once the day's are spent",
  },
  country_messages_per_day: {
    default: 20,
    minimum: 1,
    maximum: 10_000_000,
    meaning: "unused text messages to one country in a day",
  },
  project_messages_per_hour: {
    default: 100,
    minimum: 1,
    maximum: 1_000_000,
    meaning: "unused codes of one channel in an hour once the day's are spent",
  },
  project_messages_per_day: {
    default: 1_000,
    minimum: 1,
    maximum: 10_000_000,
    meaning: "unused codes of one channel in a day",
  },
  unused_messages_percent: {
    default: 30,
    minimum: 0,
    maximum: 100,
    meaning:
      "share of today's and yesterday's entered codes that unused ones may always reach, whatever the budgets, in percent",
  },
} as const satisfies Record<string, Limit>;

/** Name of a number that a project may set. */
export type LimitName = keyof typeof challengeLimits;

/** The numbers that hold for one project. */
export type ChallengeLimits = Readonly<Record<LimitName, number>>;

/** Narrows a word to the name of a limit. */
export function isLimitName(word: string): word is LimitName {
  return Object.hasOwn(challengeLimits, word);
}

/** The value that a text gives to a limit; undefined when it is none within the bounds. A switch takes its number, too. */
export function readLimit(name: LimitName, text: string): number | undefined {
  const { minimum, maximum, onOff }: Limit = challengeLimits[name];
  if (onOff && text === "on") return 1;
  if (onOff && text === "off") return 0;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return value >= minimum && value <= maximum ? value : undefined;
}

/** A value as people read it: a number, `on` or `off`. */
export function limitText(name: LimitName, value: number): string {
  const { onOff }: Limit = challengeLimits[name];
  return onOff ? (value === 1 ? "on" : "off") : String(value);
}

/** The names of all limits. */
export const limitNames: readonly LimitName[] = Object.keys(challengeLimits).filter(isLimitName);

const known = new WeakMap<object, ChallengeLimits>();

/** The defaults, with what a project has set in place of them; values outside the bounds are brought to the nearest bound. */
export function limitsOf(set: Readonly<Partial<Record<LimitName, number>>> = noneSet): ChallengeLimits {
  const before = known.get(set);
  if (before !== undefined) return before;
  const made = boundedLimits(set);
  known.set(set, made);
  return made;
}

const noneSet = {};

function boundedLimits(set: Readonly<Partial<Record<LimitName, number>>>): ChallengeLimits {
  const values: Partial<Record<LimitName, number>> = {};
  for (const name of limitNames) {
    const limit = challengeLimits[name];
    values[name] = Math.min(limit.maximum, Math.max(limit.minimum, set[name] ?? limit.default));
  }
  // Every name was given its value just now.
  return values as ChallengeLimits;
}

/** Steps until a pause has grown to its longest. */
const pauseSteps = 9;

/** The pauses, in seconds, for `max` things in a row and for each one more; the last entry holds for all after it. */
export function pausesFrom(max: number): readonly number[] {
  const before = pauses.get(max);
  if (before !== undefined) return before;
  const made = Array.from({ length: pauseSteps }, (_, step) => pauseMs(max + step, max) / 1000);
  pauses.set(max, made);
  return made;
}

/** Every call asks for them. */
const pauses = new Map<number, readonly number[]>();

/** Shortest and longest pause of a user's challenges after too many wrong codes in a row (NIST SP 800-63B-4: 30 s to 1 h). */
const firstPauseMs = 30_000;
const longestPauseMs = 3_600_000;

/**
 * How long a user's challenges pause after `failed` wrong codes in a row: nothing below `max`, 30 s at `max`, doubling with each further one
 * up to an hour.
 */
export function pauseMs(failed: number, max: number): number {
  if (failed < max) return 0;
  return Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(failed - max, 20));
}
