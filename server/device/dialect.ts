/**
 * What is known of one trait before anything was counted. The numbers follow published measurements (Eckersley 2010, Laperdrix et al. 2016,
 * Vastel et al. 2018 on how traits are spread and how long they last), rounded, and fitted on the bench of `npm run bench:devices`.
 */
export interface Trait {
  readonly name: string;
  /** Share of other browsers that have the same value, while too few were counted. */
  readonly chance: number;
  /** Share of visits on which an unchanged browser has the same value again at once. */
  readonly stay: number;
  /** In how many days that share falls to a third of the way to `floor`. Absent: it does not fall. */
  readonly lastsDays?: number;
  /** Where it falls to; default 0.02. */
  readonly floor?: number;
  /** Traits of one group change together and follow from each other, so they are not counted as if each spoke for itself. */
  readonly group?: string;
  /** Part of the machine on phones and tablets, where nobody plugs in another monitor or card. */
  readonly builtIn?: true;
  /** Follows from the user, so that all of a user's devices share it: says nothing on which of them it is. */
  readonly personal?: true;
  /** A browser never moves from one value to another: a difference means another browser. */
  readonly veto?: true;
}

/** One way of writing fingerprints. Only fingerprints of one dialect can be compared. */
export interface Dialect {
  readonly name: string;
  readonly traits: readonly Trait[];
  /**
   * Traits that lead to devices of other users: for each set, a device is found by those that have all of them in common. Empty where this
   * dialect cannot tell two machines apart well enough for that.
   */
  readonly paths: readonly (readonly string[])[];
  /** Without a trait to compare in part: equal or not, nothing between. */
  readonly whole?: true;
}

const system = "system";
const build = "build";
const language = "language";
const display = "display";
const letters = "letters";
const graphics = "graphics";

/** Our browser SDK's array, version 1: one entry per trait. */
export const sdk1: Dialect = {
  name: "v1",
  traits: [
    { name: "engine", chance: 0.75, stay: 0.9995, group: build, veto: true },
    { name: "browser", chance: 0.5, stay: 0.9995, group: build, veto: true },
    { name: "browser_major", chance: 0.4, stay: 0.99, lastsDays: 42, group: build },
    { name: "brands", chance: 0.6, stay: 0.99, lastsDays: 400, group: build },
    { name: "os", chance: 0.45, stay: 0.9995, group: system, veto: true },
    { name: "os_version", chance: 0.4, stay: 0.99, lastsDays: 300, group: system },
    { name: "form_factor", chance: 0.55, stay: 0.999, group: system },
    { name: "model", chance: 0.1, stay: 0.999, group: system, builtIn: true },
    { name: "platform", chance: 0.45, stay: 0.9995, group: system },
    { name: "architecture", chance: 0.8, stay: 0.9995, group: system },
    { name: "vendor_flavors", chance: 0.6, stay: 0.99, lastsDays: 400, group: build },
    { name: "languages", chance: 0.2, stay: 0.995, lastsDays: 1500, group: language, personal: true },
    { name: "locale", chance: 0.25, stay: 0.99, lastsDays: 1500, group: language, personal: true },
    { name: "time_zone", chance: 0.25, stay: 0.98, lastsDays: 1000, floor: 0.6, personal: true },
    { name: "screen", chance: 0.16, stay: 0.94, lastsDays: 400, floor: 0.5, group: display, builtIn: true },
    {
      name: "color_depth",
      chance: 0.9,
      stay: 0.985,
      lastsDays: 400,
      floor: 0.5,
      group: display,
      builtIn: true,
    },
    {
      name: "color_gamut",
      chance: 0.6,
      stay: 0.97,
      lastsDays: 400,
      floor: 0.5,
      group: display,
      builtIn: true,
    },
    { name: "preferences", chance: 0.85, stay: 0.985, lastsDays: 800, floor: 0.5 },
    { name: "hardware_concurrency", chance: 0.3, stay: 0.999, builtIn: true },
    { name: "device_memory", chance: 0.5, stay: 0.999, builtIn: true },
    { name: "touch", chance: 0.6, stay: 0.995, group: system },
    { name: "plugins", chance: 0.85, stay: 0.99 },
    { name: "codecs", chance: 0.35, stay: 0.99, lastsDays: 300, group: build },
    { name: "math", chance: 0.4, stay: 0.99, lastsDays: 500, group: build },
    { name: "fonts", chance: 0.12, stay: 0.98, lastsDays: 500, group: letters },
    { name: "chosen_fonts", chance: 0.15, stay: 0.98, lastsDays: 700, group: letters },
    { name: "canvas_shapes", chance: 0.2, stay: 0.985, lastsDays: 300, group: graphics },
    { name: "canvas_text", chance: 0.1, stay: 0.97, lastsDays: 250, group: letters },
    { name: "audio", chance: 0.3, stay: 0.985, lastsDays: 500, group: build },
    { name: "webgl_vendor", chance: 0.4, stay: 0.995, group: graphics, builtIn: true },
    { name: "webgl_renderer", chance: 0.19, stay: 0.99, lastsDays: 1500, group: graphics, builtIn: true },
    { name: "webgl_parameters", chance: 0.2, stay: 0.985, lastsDays: 300, group: graphics },
    { name: "webgl_extensions", chance: 0.25, stay: 0.97, lastsDays: 120, group: build },
  ],
  paths: [
    [
      "os",
      "browser",
      "hardware_concurrency",
      "device_memory",
      "webgl_renderer",
      "screen",
      "color_gamut",
      "time_zone",
      "languages",
    ],
    [
      "os",
      "browser",
      "hardware_concurrency",
      "device_memory",
      "webgl_renderer",
      "fonts",
      "chosen_fonts",
      "languages",
    ],
    ["os", "browser", "fonts", "chosen_fonts", "canvas_text", "screen", "time_zone"],
  ],
};

/** The traits whose names the npm package `rupt` 2 sorts its sections by, and what happens to each in Chromium. */
export const sections: Dialect = {
  name: "sections",
  traits: [
    { name: "audio", chance: 0.3, stay: 0.98, lastsDays: 500, group: build },
    { name: "canvas", chance: 0.1, stay: 0.9, lastsDays: 250, floor: 0.4, group: letters },
    { name: "css", chance: 0.2, stay: 0.6, floor: 0.4, group: display },
    { name: "device", chance: 0.45, stay: 0.995, lastsDays: 500, group: build },
    { name: "domRect", chance: 0.2, stay: 0.95, lastsDays: 250, floor: 0.4, group: letters },
    { name: "externalDevices", chance: 0.3, stay: 0.9, floor: 0.6 },
    { name: "fonts", chance: 0.12, stay: 0.98, lastsDays: 500, group: letters },
    { name: "i18n", chance: 0.25, stay: 0.99, lastsDays: 1000, group: language, personal: true },
    { name: "javascript", chance: 0.4, stay: 0.98, lastsDays: 60, group: build },
    { name: "language", chance: 0.2, stay: 0.99, lastsDays: 1500, group: language, personal: true },
    { name: "math", chance: 0.5, stay: 0.99, lastsDays: 500, group: build },
    { name: "plugins", chance: 0.85, stay: 0.99, group: build },
    { name: "screen", chance: 0.1, stay: 0.6, floor: 0.4, group: display },
    { name: "specifications", chance: 0.15, stay: 0.8, floor: 0.6 },
    { name: "storage", chance: 0.9, stay: 0.99 },
    { name: "svg", chance: 0.5, stay: 0.98, lastsDays: 500, group: build },
    { name: "timezone", chance: 0.25, stay: 0.95, lastsDays: 200, floor: 0.3, personal: true },
    { name: "touch", chance: 0.6, stay: 0.995, group: system },
    { name: "userAgent", chance: 0.1, stay: 0.95, lastsDays: 25, group: build },
    { name: "voice", chance: 0.2, stay: 0.9, lastsDays: 300, floor: 0.5, group: letters },
    { name: "webgl", chance: 0.15, stay: 0.97, lastsDays: 200, group: graphics },
    { name: "workers", chance: 0.3, stay: 0.98, lastsDays: 400 },
  ],
  paths: [],
};

/** Any other text: a hash of the whole browser, taken at its word. A whole hash seldom lasts, but two devices do not share one. */
export const opaque: Dialect = {
  name: "opaque",
  traits: [{ name: "hash", chance: 2 ** -40, stay: 0.9, lastsDays: 10 }],
  paths: [["hash"]],
  whole: true,
};

/** All dialects. */
export const dialects: readonly Dialect[] = [sdk1, sections, opaque];

/** On a phone or tablet a built-in trait changes no more often than a browser errs. */
const stayBuiltIn = 0.9995;

/** Share of visits on which a trait of one and the same browser is unchanged after that many days. */
export function stays(
  { stay, lastsDays, floor = 0.02, builtIn }: Trait,
  days: number,
  mobile: boolean,
): number {
  if (mobile && builtIn) return Math.max(stay, stayBuiltIn);
  if (lastsDays === undefined) return stay;
  return floor + (stay - floor) * Math.exp(-days / lastsDays);
}
