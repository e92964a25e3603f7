import { stat } from "node:fs/promises";
import { basename } from "node:path";
import type { Clock, Instant } from "../../clock.js";
import type { Log } from "../../log.js";

/** What a file held when it could last be used. */
export interface WatchedFile<T> {
  /** Undefined until the file could be used once. */
  readonly value: () => T | undefined;
  /** One line for people: what is loaded, how old it is, and what is wrong with the file now. */
  text(): string;
  /** Loads the file when it has changed and lies still. Never rejects. */
  refresh(): Promise<void>;
}

/** How to use one file. */
export interface WatchedFileOptions<T> {
  /** The setting that names it. */
  readonly setting: string;
  readonly path: string;
  /** Larger files are refused. */
  readonly maxBytes: number;
  /** Reads it; rejects with an Error whose message goes on after the file's name ("is empty"). */
  readonly load: (path: string, previous: T | undefined) => Promise<T>;
  /** What is in it, for people, such as `1200 entries`. */
  readonly describe: (value: T) => string;
  readonly clock: Clock;
  readonly log: Log;
}

interface Version {
  readonly size: number;
  readonly modifiedAt: number;
}

const hourMs = 3_600_000;

/**
 * Follows a file that others replace. What was good stays until something as good takes its place: a file that is half-written, empty, huge or
 * gone changes nothing, and `text` says so.
 */
export function watchFile<T>(options: WatchedFileOptions<T>): WatchedFile<T> {
  const { setting, path, maxBytes, load, describe, clock, log } = options;
  let good: { readonly value: T; readonly modifiedAt: Instant } | undefined;
  /** The version that was last tried, whether it could be used or not. */
  let tried: Version | undefined;
  let seen: Version | undefined;
  let trouble: string | undefined;

  const look = async (): Promise<Version> => {
    const { size, mtimeMs } = await stat(path);
    return { size, modifiedAt: mtimeMs };
  };
  const same = (a: Version | undefined, b: Version) => a?.size === b.size && a.modifiedAt === b.modifiedAt;

  const fail = (error: unknown) => {
    const text = whatIsWrong(error);
    if (text !== trouble)
      log.warn({ setting, file: basename(path) }, `${setting}: ${basename(path)} ${text}`);
    trouble = text;
  };

  return {
    value: () => good?.value,
    text() {
      const file = basename(path);
      const wrong = trouble === undefined ? "" : `; the file now ${trouble}`;
      if (good === undefined) return `${file}: nothing loaded${wrong}`;
      const hours = Math.max(0, Math.floor((clock.now() - good.modifiedAt) / hourMs));
      const age = hours < 48 ? `${hours} hours old` : `${Math.floor(hours / 24)} days old`;
      return `${file}: ${describe(good.value)}, ${age}${wrong}`;
    },
    async refresh() {
      try {
        const version = await look();
        const still = good === undefined || same(seen, version);
        seen = version;
        // A file that grew since the last look is being written; it is read once it lies still.
        if (same(tried, version) || !still) return;
        tried = version;
        if (version.size === 0) throw new Error("is empty");
        if (version.size > maxBytes)
          throw new Error(`is larger than ${Math.round(maxBytes / 1_048_576)} MiB`);
        const value = await load(path, good?.value);
        if (!same(version, await look())) {
          tried = undefined;
          return;
        }
        good = { value, modifiedAt: version.modifiedAt };
        trouble = undefined;
        log.info({ setting, file: basename(path) }, `${setting}: loaded ${describe(value)}`);
      } catch (error) {
        fail(error);
      }
    },
  };
}

function whatIsWrong(error: unknown): string {
  if (!(error instanceof Error)) return "cannot be read";
  if (!("code" in error)) return error.message;
  return error.code === "ENOENT" ? "does not exist" : `cannot be read (${String(error.code)})`;
}
