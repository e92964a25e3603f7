import { createHash, randomBytes } from "node:crypto";

/** What the demo knows of somebody who is signed in. */
export interface Session {
  readonly accountId: string;
  readonly restricted: boolean;
  readonly challenged: boolean;
  readonly evaluationId: string | undefined;
}

/** Sessions in memory: a restart signs everybody out. */
export interface Sessions {
  /** Starts a session; the Set-Cookie header that goes with it. */
  start(session: Session): string;
  find(cookieHeader: string | undefined): Session | undefined;
  /** Ends the session of a browser; the Set-Cookie header that goes with it. */
  end(cookieHeader: string | undefined): string;
}

const lifeSeconds = 8 * 3_600;
// The demo runs on http://localhost, where Safari takes no `Secure` cookies; on https:// it would be `__Host-session` and `Secure`.
const name = "demo_session";
const attributes = "Path=/; HttpOnly; SameSite=Strict";

// So that whoever reads the store cannot use what is in it.
const keyOf = (id: string) => createHash("sha256").update(id).digest("base64url");

function idIn(cookieHeader: string | undefined): string | undefined {
  return new RegExp(`(?:^|; )${name}=([\\w-]{43})(?:;|$)`).exec(cookieHeader ?? "")?.[1];
}

/** Opens an empty store. */
export function openSessions(now: () => number): Sessions {
  const kept = new Map<string, { session: Session; endsAt: number }>();
  return {
    start(session) {
      for (const [key, { endsAt }] of kept) if (endsAt <= now()) kept.delete(key);
      const id = randomBytes(32).toString("base64url");
      kept.set(keyOf(id), { session, endsAt: now() + lifeSeconds * 1000 });
      return `${name}=${id}; Max-Age=${lifeSeconds}; ${attributes}`;
    },
    find(cookieHeader) {
      const id = idIn(cookieHeader);
      const found = id === undefined ? undefined : kept.get(keyOf(id));
      return found !== undefined && now() < found.endsAt ? found.session : undefined;
    },
    end(cookieHeader) {
      const id = idIn(cookieHeader);
      if (id !== undefined) kept.delete(keyOf(id));
      return `${name}=; Max-Age=0; ${attributes}`;
    },
  };
}
