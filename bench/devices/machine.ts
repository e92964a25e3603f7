import type { Random } from "./random.js";

/** Where a person lives, and what that makes of a browser's language and time zone. */
export interface Home {
  readonly language: string;
  readonly zone: string;
  readonly country: string;
}

const countries: readonly (readonly [string, number])[] = [
  ["NO", 69],
  ["US", 15],
  ["BR", 3],
  ["PL", 3],
  ["GB", 1.8],
  ["DE", 1.7],
  ["SE", 1.7],
  ["DK", 1.2],
  ["FR", 1.2],
  ["ES", 1.2],
  ["IN", 1.2],
];

const languages: Readonly<Record<string, readonly (readonly [string, number])[]>> = {
  NO: [
    ["nb-NO", 76],
    ["en-US", 13],
    ["en-GB", 6],
    ["nn-NO", 2],
    ["pl-PL", 2],
    ["ar", 1],
  ],
  US: [
    ["en-US", 90],
    ["es-US", 8],
    ["zh-CN", 2],
  ],
  BR: [["pt-BR", 1]],
  PL: [["pl-PL", 1]],
  GB: [["en-GB", 1]],
  DE: [["de-DE", 1]],
  SE: [["sv-SE", 1]],
  DK: [["da-DK", 1]],
  FR: [["fr-FR", 1]],
  ES: [["es-ES", 1]],
  IN: [["en-IN", 1]],
};

const zones: Readonly<Record<string, readonly (readonly [string, number])[]>> = {
  NO: [["Europe/Oslo", 1]],
  US: [
    ["America/New_York", 45],
    ["America/Chicago", 30],
    ["America/Los_Angeles", 18],
    ["America/Denver", 7],
  ],
  BR: [["America/Sao_Paulo", 1]],
  PL: [["Europe/Warsaw", 1]],
  GB: [["Europe/London", 1]],
  DE: [["Europe/Berlin", 1]],
  SE: [["Europe/Stockholm", 1]],
  DK: [["Europe/Copenhagen", 1]],
  FR: [["Europe/Paris", 1]],
  ES: [["Europe/Madrid", 1]],
  IN: [["Asia/Kolkata", 1]],
};

/** Zones that people travel to. */
export const awayZones: readonly string[] = [
  "Europe/London",
  "Europe/Madrid",
  "America/New_York",
  "Asia/Bangkok",
  "Europe/Athens",
  "Asia/Dubai",
];

/** Draws where a person lives. */
export function drawHome(random: Random): Home {
  const country = random.pick(countries);
  return {
    country,
    language: random.pick(languages[country] ?? [["en-US", 1]]),
    zone: random.pick(zones[country] ?? [["UTC", 1]]),
  };
}

/** The lasting part of one device: what its owner bought. */
export interface Machine {
  readonly kind: "desktop" | "phone" | "tablet";
  readonly os: "windows" | "macos" | "linux" | "chromeos" | "android" | "ios";
  readonly family: string;
  /** Rises with each yearly release of the system. */
  readonly osMajor: number;
  readonly model: string | undefined;
  readonly gpu: number;
  readonly cores: number;
  readonly memory: number;
  readonly screen: string;
  readonly gamut: string;
  /** Portable, with a monitor on the desk. */
  readonly dock: string | undefined;
  /** Which fonts beyond the system's own are installed. */
  readonly fonts: number;
  readonly chosenFonts: number;
  readonly preferences: number;
  /** Late with updates: they take weeks instead of days. */
  readonly late: boolean;
  /** Keeps drawing and counting back, as some browsers and extensions do. */
  readonly shy: boolean;
}

const desktopSystems = [
  ["windows", 68],
  ["macos", 24],
  ["linux", 5],
  ["chromeos", 3],
] as const;

const desktopFamilies = {
  windows: [
    ["chrome", 64],
    ["edge", 24],
    ["firefox", 9],
    ["opera", 3],
  ],
  macos: [
    ["chrome", 52],
    ["safari", 39],
    ["firefox", 9],
  ],
  linux: [
    ["chrome", 60],
    ["firefox", 40],
  ],
  chromeos: [["chrome", 1]],
} as const;

const screens = [
  "1920x1080",
  "1540x860",
  "2560x1440",
  "1370x770",
  "1710x1110",
  "1440x900",
  "1730x1120",
  "3840x2160",
  "1280x720",
  "1680x1050",
  "3440x1440",
  "1600x900",
  "1920x1200",
  "2560x1080",
  "1510x980",
  "2050x1150",
  "1280x800",
  "2260x1500",
  "5120x1440",
] as const;

/** Draws a desktop or laptop. */
export function drawDesktop(random: Random): Machine {
  const os = random.pick(desktopSystems);
  const family = random.pick<string>(desktopFamilies[os]);
  const portable = random.chance(0.65);
  const gpus = { windows: 70, macos: 10, linux: 30, chromeos: 6 }[os];
  return {
    kind: "desktop",
    os,
    family,
    osMajor:
      os === "macos"
        ? 14 + random.below(2)
        : os === "windows"
          ? random.pick([
              [10, 4],
              [15, 6],
            ])
          : 0,
    model: undefined,
    gpu: random.zipf(gpus, 0.9),
    cores: random.pick([
      [4, 12],
      [8, 34],
      [12, 18],
      [16, 20],
      [10, 6],
      [20, 5],
      [6, 3],
      [24, 2],
    ]),
    memory: random.pick([
      [4, 6],
      [8, 34],
      [16, 38],
      [32, 22],
    ]),
    screen: screens[random.zipf(screens.length, 1.1)] ?? "1920x1080",
    gamut: os === "macos" || random.chance(0.12) ? "p3" : "srgb",
    dock:
      portable && random.chance(0.4) ? (screens[random.zipf(screens.length, 1)] ?? "1920x1080") : undefined,
    fonts: os === "chromeos" ? 0 : random.chance(0.38) ? random.below(3) : 3 + random.zipf(400, 0.7),
    chosenFonts: random.chance(0.86) ? 0 : random.below(40),
    preferences: random.chance(0.85) ? 0 : 1 + random.below(6),
    late: random.chance(0.1),
    shy: random.chance(family === "firefox" ? 0.06 : 0.015),
  };
}

const tabletShare = 0.04;

/** Draws a phone, or now and then a tablet: few models, each sold to many. */
export function drawMobile(random: Random): Machine {
  const os = random.pick([
    ["ios", 58],
    ["android", 42],
  ] as const);
  const kind = random.chance(tabletShare) ? "tablet" : "phone";
  const model = random.zipf(os === "ios" ? 14 : 60, 0.9);
  return {
    kind,
    os,
    family:
      os === "ios"
        ? random.pick([
            ["safari", 86],
            ["chrome", 14],
          ])
        : random.pick([
            ["chrome", 80],
            ["samsung", 20],
          ]),
    osMajor:
      os === "ios"
        ? random.pick([
            [18, 80],
            [17, 20],
          ])
        : 13 + random.below(3),
    model: os === "android" ? `model-${model}` : undefined,
    gpu: os === "ios" ? 0 : model % 14,
    cores: os === "ios" ? 4 : 8,
    memory: [4, 6, 8][model % 3] ?? 4,
    screen: os === "ios" ? `ios-${model % 8}` : `android-${model % 24}`,
    gamut: os === "ios" || model % 3 === 0 ? "p3" : "srgb",
    dock: undefined,
    fonts: 0,
    chosenFonts: random.chance(0.88) ? 0 : 1 + random.below(6),
    preferences: random.chance(0.82) ? 0 : 1 + random.below(5),
    late: random.chance(0.12),
    shy: random.chance(0.01),
  };
}
