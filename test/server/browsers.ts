import { entryOf } from "../../clients/browser/src/entry.js";

/** Traits of a browser, by the names of our browser SDK. */
export type Traits = Readonly<Record<string, string | number>>;

/** A desktop browser. */
export const desktop: Traits = {
  engine: "blink",
  browser: "chrome",
  browser_major: 140,
  brands: "Chromium,Google Chrome",
  os: "windows",
  os_version: 15,
  form_factor: "desktop",
  platform: "Win32",
  architecture: 255,
  vendor_flavors: "chrome",
  languages: "nb-NO",
  locale: "nb-NO",
  time_zone: "Europe/Oslo",
  screen: "2560x1440",
  color_depth: 24,
  color_gamut: "srgb",
  preferences: "none",
  hardware_concurrency: 12,
  device_memory: 32,
  touch: 0,
  plugins: "pdf",
  codecs: "c1",
  math: "m1",
  fonts: "f-desktop",
  chosen_fonts: "cf-desktop",
  canvas_shapes: "cs-desktop",
  canvas_text: "ct-desktop",
  audio: "a1",
  webgl_vendor: "nvidia",
  webgl_renderer: "rtx-4070",
  webgl_parameters: "p1",
  webgl_extensions: "e140",
};

/** A phone of a common model: its owner's neighbour has the very same. */
export const phone: Traits = {
  engine: "webkit",
  browser: "safari",
  browser_major: 18,
  os: "ios",
  os_version: 18,
  form_factor: "phone",
  platform: "iPhone",
  languages: "nb-NO",
  locale: "nb-NO",
  time_zone: "Europe/Oslo",
  screen: "850x390",
  color_depth: 24,
  color_gamut: "p3",
  preferences: "none",
  hardware_concurrency: 4,
  touch: 5,
  codecs: "c-ios",
  math: "m-ios",
  fonts: "f-ios",
  chosen_fonts: "cf-ios",
  webgl_vendor: "apple",
  webgl_renderer: "apple-gpu",
  webgl_parameters: "p-ios",
  webgl_extensions: "e-ios18",
};

/** The array that our browser SDK sends for these traits. */
export function hashArray(traits: Traits): string[] {
  return ["v:1", ...Object.entries(traits).map(([name, value]) => entryOf(name, value))];
}
