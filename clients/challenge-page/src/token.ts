/** Which challenge the page is for, and what gives it the right to ask. */
export interface Ticket {
  readonly challengeId: string;
  readonly token: string;
  /** Where the API is: the page's own address without `/challenge/…`. */
  readonly baseUrl: string;
}

const pathPattern = /^(.*)\/challenge\/([^/]+)\/?$/;
const tokenPattern = /^#token=([\w.-]{1,1024})$/;

/** Reads the ticket from the address, or the token from what was kept for this tab. Undefined when there is none. */
export function readTicket(): Ticket | undefined {
  const [, path, challengeId] = pathPattern.exec(location.pathname) ?? [];
  if (path === undefined || challengeId === undefined) return undefined;
  const token = tokenPattern.exec(location.hash)?.[1] ?? kept(keyOf(challengeId));
  if (token === undefined) return undefined;
  return { challengeId, token, baseUrl: location.origin + path };
}

/**
 * Takes the token out of the address, so that it gets into no screenshot, no history and no copied link, and keeps it for this tab, so that a reload
 * and the back button work. Where the browser keeps nothing, it stays in the address.
 */
export function keepTicket({ challengeId, token }: Ticket): void {
  if (tokenPattern.test(location.hash) && keep(keyOf(challengeId), token)) {
    history.replaceState(history.state, "", location.pathname + location.search);
  }
}

const keyOf = (challengeId: string) => `rupt:${challengeId}`;

/** Where the browser keeps nothing, the proof lasts until the page is left, which is long enough to go on. */
const proofs = new Map<string, string>();

/** Keeps what the right code was answered with, for this tab. */
export function keepProof(challengeId: string, proof: string): void {
  proofs.set(challengeId, proof);
  keep(`rupt:${challengeId}:proof`, proof);
}

/** The proof of a challenge that was passed in this tab. */
export function readProof(challengeId: string): string | undefined {
  return proofs.get(challengeId) ?? kept(`rupt:${challengeId}:proof`);
}

function kept(key: string): string | undefined {
  try {
    return sessionStorage.getItem(key) ?? undefined;
  } catch {
    return undefined;
  }
}

function keep(key: string, token: string): boolean {
  try {
    sessionStorage.setItem(key, token);
    return true;
  } catch {
    return false;
  }
}
