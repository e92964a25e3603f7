/** Unit separator: no project's user id can hold it, since ids hold no control characters. */
const mark = "\u001f";

/** The key under which a signup without a user id is kept, from a keyed hash of its e-mail address. */
export function signupKey(emailHash: string): string {
  return `${mark}signup:${emailHash}`;
}

/** The project's own user id, undefined for a signup without one. */
export function userOf(userKey: string): string | undefined {
  return userKey.startsWith(mark) ? undefined : userKey;
}
