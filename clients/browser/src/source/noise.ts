import type { Probe } from "../source.js";

/** Traits that some browsers answer with noise, new in each session or private window. */
export type Noisy = "audio" | "canvas" | "hardware" | "plugins" | "webgl";

/**
 * Whether this browser is known for adding noise to that trait, at least in its private windows. The trait is then
 * better absent everywhere than different each time.
 */
export function isNoisy(trait: Noisy, probe: Probe): boolean {
  const { family, major } = probe.browser();
  switch (family) {
    case "brave":
      return true;
    case "safari":
      return (trait === "audio" || trait === "canvas") && (major ?? 0) >= 17;
    case "firefox":
      return trait === "canvas" && (major ?? 0) >= 120;
    case "samsung":
      return trait === "audio" && (major ?? 0) >= 26;
    default:
      return false;
  }
}
