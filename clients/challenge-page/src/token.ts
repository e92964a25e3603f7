/** Which challenge the page is for, and what gives it the right to ask. */
export interface Ticket {
  readonly challengeId: string;
  readonly token: string;
  /** Where the API is: the page's own address without `/challenge/…`. */
  readonly baseUrl: string;
}

const pathPattern = /^(.*)\/challenge\/([^/]+)\/?$/;
const tokenPattern = /^#token=([\w.-]{1,1024})$/;

/**
 * Reads the ticket from the address. The token is taken out of it, so that it gets into no screenshot, no history and no copied link, and is kept
 * for this tab, so that a reload and the back button work. Where the browser keeps nothing, it stays in the address. Undefined when there is none.
 */
export function readTicket(): Ticket | undefined {
  const [, path, challengeId] = pathPattern.exec(location.pathname) ?? [];
  if (path === undefined || challengeId === undefined) return undefined;
  const key = `rupt:${challengeId}`;
  const given = tokenPattern.exec(location.hash)?.[1];
  const token = given ?? kept(key);
  if (token === undefined) return undefined;
  if (given !== undefined && keep(key, given)) {
    history.replaceState(history.state, "", location.pathname + location.search);
  }
  return { challengeId, token, baseUrl: location.origin + path };
}

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
