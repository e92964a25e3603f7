import { sources as fingerprintjs, isChromium, isGecko, isWebKit } from "@fingerprintjs/fingerprintjs";
import type { Probe } from "../source.js";

/** The engine by what it can do, which a changed user agent does not hide. */
export function engine(): string | undefined {
  if (isChromium()) {
    return "blink";
  }
  if (isGecko()) {
    return "gecko";
  }
  return isWebKit() ? "webkit" : undefined;
}

/**
 * Major version of the system. Chromium tells it only by the client hints, its user agent says the same for all
 * (a fallback to that would give two values for one browser, on https:// and on http://).
 */
export async function osVersion(probe: Probe): Promise<number | undefined> {
  const hints = await probe.hints();
  if (hints !== undefined) {
    return hints.platformVersion === "" ? undefined : Number.parseInt(hints.platformVersion, 10);
  }
  return isChromium() ? undefined : probe.browser().osMajor;
}

/** Model of a phone or tablet, where the browser names it. */
export async function model(probe: Probe): Promise<string | undefined> {
  const hints = await probe.hints().catch(() => undefined);
  return hints?.model || probe.browser().model;
}

/**
 * `phone`, `tablet` or `desktop`. On Android by the size of the screen, because the user agent changes with
 * "Desktop site".
 */
export function formFactor(probe: Probe): string | undefined {
  const { os } = probe.browser();
  switch (os) {
    case undefined:
      return undefined;
    case "android":
      return Math.min(screen.width, screen.height) < 600 ? "phone" : "tablet";
    case "ios":
      return fingerprintjs.platform() === "iPad" ? "tablet" : "phone";
    case "windows":
    case "macos":
    case "linux":
    case "chromeos":
      return "desktop";
  }
}
