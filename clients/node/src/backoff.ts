/** The first wait is at most this long; each further one may be twice as long. */
const firstMs = 100;
/** No wait is longer than this. A server that asks for more gets no repeat: the caller is told how long to wait. */
const longestMs = 2_000;

/**
 * Milliseconds to wait before repeat number `repeat` (from 0), or undefined when it is not worth while: the server asks for a longer
 * wait than is borne, or no time would be left. What the server asks for is never shortened; `random` (0 to 1) spreads callers.
 */
export function waitBefore(
  repeat: number,
  random: number,
  leftMs: number,
  retryAfterSeconds: number | undefined,
): number | undefined {
  const ownMs = random * Math.min(longestMs, firstMs * 2 ** repeat);
  const waitMs = retryAfterSeconds === undefined ? ownMs : retryAfterSeconds * 1000 + random * firstMs;
  if ((retryAfterSeconds ?? 0) * 1000 > longestMs || waitMs >= leftMs) return undefined;
  return Math.ceil(waitMs);
}
