import { sources as fingerprintjs } from "@fingerprintjs/fingerprintjs";
import { codecs } from "./source/codecs.js";
import { preferences, screenSides, touch } from "./source/display.js";
import { isNoisy, type Noisy } from "./source/noise.js";
import { engine, formFactor, model, osVersion } from "./source/system.js";
import type { Probe, Source } from "./source.js";

/**
 * Everything that is read, in the order of the array. What is not in this table is not collected.
 *
 * A row belongs here if it stays the same when the page is reloaded, resized, zoomed, slow, styled or restricted by a
 * policy, and in a new profile or a private window; if it asks nothing of the user or the network; and if its change
 * says something by itself. WebGL is last because it can disturb what is drawn after it.
 */
export const sources = [
  { name: "engine", read: engine },
  { name: "browser", read: (probe) => probe.browser().family },
  { name: "browser_major", read: (probe) => probe.browser().major },
  { name: "brands", read: async (probe) => (await probe.hints())?.brands, waits: true },
  { name: "os", read: (probe) => probe.browser().os },
  { name: "os_version", read: osVersion, waits: true },
  { name: "form_factor", read: formFactor },
  { name: "model", read: model, waits: true },
  { name: "platform", read: () => fingerprintjs.platform() },
  { name: "architecture", read: () => fingerprintjs.architecture() },
  { name: "vendor_flavors", read: () => fingerprintjs.vendorFlavors() },
  { name: "languages", read: () => fingerprintjs.languages() },
  { name: "locale", read: () => fingerprintjs.dateTimeLocale() },
  { name: "time_zone", read: () => fingerprintjs.timezone() },
  { name: "screen", read: screenSides },
  { name: "color_depth", read: () => fingerprintjs.colorDepth() },
  { name: "color_gamut", read: () => fingerprintjs.colorGamut() },
  { name: "preferences", read: preferences },
  { name: "hardware_concurrency", read: unlessNoisy("hardware", () => fingerprintjs.hardwareConcurrency()) },
  { name: "device_memory", read: unlessNoisy("hardware", () => fingerprintjs.deviceMemory()) },
  { name: "touch", read: touch },
  { name: "plugins", read: unlessNoisy("plugins", () => fingerprintjs.plugins()) },
  { name: "codecs", read: codecs },
  { name: "math", read: () => fingerprintjs.math() },
  { name: "fonts", read: (probe) => probe.canvas().fonts() },
  { name: "chosen_fonts", read: (probe) => probe.canvas().chosenFonts() },
  { name: "canvas_shapes", read: unlessNoisy("canvas", (probe) => probe.canvas().shapes()) },
  { name: "canvas_text", read: unlessNoisy("canvas", (probe) => probe.canvas().lettering()) },
  { name: "audio", read: unlessNoisy("audio", audio), waits: true },
  { name: "webgl_vendor", read: unlessNoisy("webgl", (probe) => probe.graphics().vendor) },
  { name: "webgl_renderer", read: unlessNoisy("webgl", (probe) => probe.graphics().renderer) },
  { name: "webgl_parameters", read: unlessNoisy("webgl", (probe) => probe.graphics().parameters) },
  { name: "webgl_extensions", read: unlessNoisy("webgl", (probe) => probe.graphics().extensions) },
] as const satisfies readonly Source[];

function unlessNoisy(trait: Noisy, read: (probe: Probe) => unknown): (probe: Probe) => unknown {
  return (probe) => (isNoisy(trait, probe) ? undefined : read(probe));
}

/** The sum of a computed signal; negative numbers are fingerprintjs' words for "not available". */
async function audio(): Promise<number | undefined> {
  const begun = fingerprintjs.audio();
  const sum = typeof begun === "function" ? await begun() : begun;
  return sum < 0 ? undefined : sum;
}
