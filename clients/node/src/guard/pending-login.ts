import { createCookie } from "./cookie.js";
import { createSeal } from "./seal.js";

/** A login whose password was right and whose challenge has not been passed yet. */
export interface PendingLogin {
  readonly user: string;
  readonly challengeId: string;
  readonly evaluationId: string;
  /** Whether the session, if it comes to one, is to be a restricted one. */
  readonly restricted: boolean;
  /** What it is to withhold. */
  readonly restrictions: readonly string[];
}

/** Keeps one pending login of a browser in a sealed cookie. */
export interface PendingLogins {
  read(cookieHeader: string | undefined): PendingLogin | undefined;
  /** The Set-Cookie header that keeps it. */
  write(login: PendingLogin): string;
  /** The Set-Cookie header that forgets it. */
  clear(): string;
}

/** The longest that a challenge can live: five codes of ten minutes, and ten minutes to complete. */
const maxAgeSeconds = 3_600;

/** Pending logins sealed under the secrets, so that a browser can neither read them nor put another user or challenge in. */
export function createPendingLogins(
  secrets: readonly string[],
  secure: boolean,
  now: () => number,
): PendingLogins {
  const seal = createSeal(secrets, "rupt pending login 1");
  const cookie = createCookie({ name: "rupt_login", maxAgeSeconds, sameSite: "Strict", secure });
  return {
    read(header) {
      const text = seal.open(cookie.read(header) ?? "");
      if (text === undefined) return undefined;
      // Sealed by this very code, so it has this very shape.
      const { endsAt, ...login } = JSON.parse(text) as PendingLogin & { endsAt: number };
      return now() < endsAt ? login : undefined;
    },
    write: (login) =>
      cookie.write(seal.seal(JSON.stringify({ ...login, endsAt: now() + maxAgeSeconds * 1000 }))),
    clear: () => cookie.clear(),
  };
}
