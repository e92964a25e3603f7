/** One number of the challenge life-cycle that a project may set within bounds. */
export interface Limit {
  readonly default: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly meaning: string;
}

/** The numbers of the challenge life-cycle. Sources: NIST SP 800-63B-4 and OWASP ASVS 5 for codes; the rest is stated in the API. */
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
} as const satisfies Record<string, Limit>;

/** Name of a number that a project may set. */
export type LimitName = keyof typeof challengeLimits;

/** The numbers that hold for one project. */
export type ChallengeLimits = Readonly<Record<LimitName, number>>;

/** Narrows a word to the name of a limit. */
export function isLimitName(word: string): word is LimitName {
  return Object.hasOwn(challengeLimits, word);
}

/** The defaults, with what a project has set in place of them; values outside the bounds are brought to the nearest bound. */
export function limitsOf(set: Readonly<Partial<Record<LimitName, number>>>): ChallengeLimits {
  const value = (name: LimitName): number => {
    const limit = challengeLimits[name];
    return Math.min(limit.maximum, Math.max(limit.minimum, set[name] ?? limit.default));
  };
  return {
    code_ttl_seconds: value("code_ttl_seconds"),
    max_attempts: value("max_attempts"),
    max_sends: value("max_sends"),
    resend_after_seconds: value("resend_after_seconds"),
    max_failed_codes: value("max_failed_codes"),
    contact_cooldown_seconds: value("contact_cooldown_seconds"),
  };
}

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
