import type { Browser } from "./source/browser.js";
import type { Canvas } from "./source/canvas.js";
import type { ClientHints } from "./source/client-hints.js";
import type { Graphics } from "./source/webgl.js";

/**
 * What the sources of one `getHash` call share, so that none of it is worked out twice.
 * Each function may throw: the source that called it is then recorded as absent.
 */
export interface Probe {
  /** The browser and system that the user agent names. */
  readonly browser: () => Browser;
  /** The user agent client hints; undefined where the browser has none (not Chromium, or an http:// page). */
  readonly hints: () => Promise<ClientHints | undefined>;
  /** What drawing and measuring on a canvas tells. */
  readonly canvas: () => Canvas;
  /** What WebGL tells. */
  readonly graphics: () => Graphics;
}

/** One trait of the browser: a row of the table in `sources.ts`. */
export interface Source {
  /** What the entry is called on the wire: snake_case, at most 24 characters, never reused for another meaning. */
  readonly name: string;
  /**
   * Reads the trait. Strings, numbers, booleans, and arrays and plain objects of them are values; undefined, null,
   * NaN and "" mean that this browser has no such trait, as does a thrown error or a rejected promise.
   */
  readonly read: (probe: Probe) => unknown;
  /** True for a trait that is waited for: it is asked first, so that it is answered while the others are read. */
  readonly waits?: true;
}
