import { invalidUse } from "./error.js";

/**
 * What `evaluate` does when the service cannot be reached: after its retries there is no connection, no answer in time,
 * or a 502, 503 or 504. Every other failure is thrown whatever this says, so that nobody gets past the check by sending
 * something that makes a call fail.
 *
 * - `throw`: a RuptError. Let nobody in, or decide for yourself.
 * - `allow`: as before you had Rupt: the password alone. Logins never stop, and whoever can cut you off from Rupt is not asked.
 * - `challenge`: your application asks for a second factor of its own. There is no `challenge_id`: no service, no challenge.
 * - `deny`: nobody gets in until the service is back.
 */
export type OnUnavailable = "throw" | "allow" | "challenge" | "deny";

/** How to reach the service. */
export interface RuptOptions<U extends OnUnavailable = OnUnavailable> {
  /**
   * Address of the service, such as `https://rupt.example.com`; may end in a path.
   * Default: the environment variable `RUPT_BASE_URL`, else `http://localhost:8080`.
   */
  readonly baseUrl?: string | undefined;
  /**
   * Milliseconds within which a call ends, with all its retries: 1 to 600,000, default 8,000. One try of a call that may be repeated
   * gets at most half of it, so that a server which hangs leaves time for another.
   */
  readonly timeoutMs?: number | undefined;
  /** How often a call is repeated at most, where repeating is safe and may help: 0 to 10, default 2. */
  readonly retries?: number | undefined;
  /** What `evaluate` does when the service cannot be reached; default `throw`. */
  readonly onUnavailable?: U | undefined;
  /** Stands in for the global `fetch`, for example one that goes through a proxy. */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/** Checked options. */
export interface Settings {
  /** Without a slash at the end. */
  readonly baseUrl: string;
  readonly secret: string;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly onUnavailable: OnUnavailable;
  readonly fetch: typeof globalThis.fetch;
}

const onUnavailableWords = [
  "throw",
  "allow",
  "challenge",
  "deny",
] as const satisfies readonly OnUnavailable[];

function baseUrlOf(text: string): string {
  if (!URL.canParse(text)) throw invalidUse("baseUrl", "must be a URL such as https://rupt.example.com");
  const url = new URL(text);
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw invalidUse("baseUrl", "must start with http:// or https://");
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "")
    throw invalidUse("baseUrl", "must have no user, password, query or fragment");
  return url.href.replace(/\/+$/, "");
}

/** Checks an API secret. @throws RuptError */
export function checkSecret(secret: unknown): string {
  if (typeof secret !== "string" || !/^[\x21-\x7e]+$/.test(secret))
    throw invalidUse("secret", "must be your project's API secret: visible ASCII characters, no spaces");
  return secret;
}

function whole(
  field: string,
  value: number | undefined,
  standard: number,
  least: number,
  most: number,
): number {
  if (value === undefined) return standard;
  if (!Number.isInteger(value) || value < least || value > most)
    throw invalidUse(field, `must be a whole number from ${least} to ${most}`);
  return value;
}

/** Checks what `new Rupt` was given and fills in the defaults. @throws RuptError */
export function readOptions(secret: unknown, options: RuptOptions): Settings {
  const onUnavailable = options.onUnavailable ?? "throw";
  if (!onUnavailableWords.includes(onUnavailable))
    throw invalidUse("onUnavailable", `must be one of ${onUnavailableWords.join(", ")}`);
  return {
    secret: checkSecret(secret),
    baseUrl: baseUrlOf(options.baseUrl ?? (process.env.RUPT_BASE_URL || "http://localhost:8080")),
    timeoutMs: whole("timeoutMs", options.timeoutMs, 8_000, 1, 600_000),
    retries: whole("retries", options.retries, 2, 0, 10),
    onUnavailable,
    // Looked up when called, so that a fetch that is replaced later is the one that is used.
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
  };
}
