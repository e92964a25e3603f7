import { waitBefore } from "./backoff.js";
import { RuptError } from "./error.js";
import type { Settings } from "./options.js";
import { type Call, tryOnce } from "./try.js";

/** How time passes; passed in so that tests need not wait. */
export interface Timing {
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  /** 0 to 1. */
  readonly random: () => number;
  /** Resolves after that many milliseconds, or as soon as the signal is aborted. */
  readonly sleep: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
}

/** The machine's own time and randomness. */
export const realTiming: Timing = {
  now: () => performance.now(),
  random: Math.random,
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal?.addEventListener("abort", done);
      if (signal?.aborted) done();
    }),
};

/** Makes a call, repeats it where that is safe and may help, and answers the parsed body. @throws RuptError */
export async function makeCall(
  settings: Settings,
  call: Call,
  signal: AbortSignal | undefined,
  { now, random, sleep }: Timing,
): Promise<Readonly<Record<string, unknown>>> {
  const endsAt = now() + settings.timeoutMs;
  const tryMs =
    call.repeat === "always" && settings.retries > 0 ? settings.timeoutMs / 2 : settings.timeoutMs;
  for (let repeat = 0; ; repeat++) {
    const leftMs = Math.max(1, endsAt - now());
    try {
      return await tryOnce(settings, call, Math.ceil(Math.min(tryMs, leftMs)), signal);
    } catch (error) {
      if (!(error instanceof RuptError) || !error.retryable || repeat >= settings.retries) throw error;
      const waitMs = waitBefore(repeat, random(), endsAt - now(), error.retryAfterSeconds);
      if (waitMs === undefined) throw error;
      await sleep(waitMs, signal);
    }
  }
}
