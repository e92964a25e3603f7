import { ABSENT, entryOf, TIMED_OUT, VERSION_ENTRY } from "./entry.js";
import type { Probe, Source } from "./source.js";

/** How long reading may take, and how time is told. All in milliseconds. */
export interface Timing {
  /** Work done on the page's thread after which no further source is begun; those left are timed out. */
  readonly workLimitMs: number;
  /** How long the sources that wait are waited for once all others are read. */
  readonly waitLimitMs: number;
  /** Work done on the page's thread after which the page gets a turn. */
  readonly turnMs: number;
  /** A clock that never goes back. */
  readonly now: () => number;
  /** Resolves after that many milliseconds. */
  readonly sleep: (ms: number) => Promise<void>;
  /** Resolves as soon as the page's other work had a turn. */
  readonly giveTurn: () => Promise<void>;
}

// The wait in pieces, and how many of them there are even if the first took longer than the whole may.
const SLICES = 15;
const SURE_SLICES = 3;

/**
 * Reads every source and answers one entry for each, in the order of the table, after the version entry.
 * Never rejects. A source that fails, and one that is not done in time, become recorded absences (`entry.ts`).
 *
 * Only the sources' own time counts against the limits, not that of a page which is busy meanwhile.
 */
export async function collect(sources: readonly Source[], probe: Probe, timing: Timing): Promise<string[]> {
  const entries = new Map<Source, string>();
  const waiting: Promise<void>[] = [];
  const asked = [...sources].sort((a, b) => Number(b.waits ?? false) - Number(a.waits ?? false));
  let workMs = 0;
  let sinceTurnMs = 0;

  for (const source of asked) {
    if (workMs >= timing.workLimitMs) {
      break;
    }
    if (sinceTurnMs >= timing.turnMs) {
      sinceTurnMs = 0;
      await timing.giveTurn();
    }
    const begun = timing.now();
    const pending = begin(source, probe, (entry) => entries.set(source, entry));
    if (pending !== undefined) {
      waiting.push(pending);
    }
    const tookMs = timing.now() - begun;
    workMs += tookMs;
    sinceTurnMs += tookMs;
  }

  await settle(waiting, timing);
  // Copied before it is returned, so that an answer that comes too late changes nothing.
  return [VERSION_ENTRY, ...sources.map((source) => entries.get(source) ?? `${source.name}:${TIMED_OUT}`)];
}

/** Reads one source; answers a promise that never rejects if the source answers later. */
function begin(source: Source, probe: Probe, record: (entry: string) => void): Promise<void> | undefined {
  try {
    const value = source.read(probe);
    if (!isThenable(value)) {
      record(entryOf(source.name, value));
      return undefined;
    }
    return Promise.resolve(value).then(
      (answer: unknown) => record(entryOf(source.name, answer)),
      () => record(`${source.name}:${ABSENT}`),
    );
  } catch {
    record(`${source.name}:${ABSENT}`);
    return undefined;
  }
}

/** Not `instanceof`: some frameworks put a Promise of their own in place of the one that async functions return. */
function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

/**
 * Waits for all, at most the limit. It sleeps in slices because one long sleep on a page that blocks its thread could
 * end before answers that have long been there were heard. A tab in the background sleeps a second for each.
 */
async function settle(waiting: readonly Promise<void>[], timing: Timing): Promise<void> {
  let done = waiting.length === 0;
  const all = Promise.all(waiting).then(() => {
    done = true;
  });
  const begun = timing.now();
  for (let slice = 0; slice < SLICES && !done; slice++) {
    if (slice >= SURE_SLICES && timing.now() - begun >= timing.waitLimitMs) {
      break;
    }
    await Promise.race([all, timing.sleep(timing.waitLimitMs / SLICES)]);
  }
}
