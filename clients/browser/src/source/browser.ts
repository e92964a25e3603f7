import { isAndroid } from "@fingerprintjs/fingerprintjs";

/** Systems that are told apart. iPadOS counts as ios. */
export type OsFamily = "windows" | "macos" | "linux" | "chromeos" | "android" | "ios";

/** What the user agent says, in words that survive updates; a part that it does not say is undefined. */
export interface Browser {
  /** The brand, such as `chrome` or `firefox`; `webview` for a browser inside an app. */
  readonly family: string | undefined;
  /** Major version of that brand. */
  readonly major: number | undefined;
  readonly os: OsFamily | undefined;
  /** Major version of the system as the user agent has it; most browsers have frozen it. */
  readonly osMajor: number | undefined;
  /** Android model. Undefined elsewhere, and where the browser says `K` for every model. */
  readonly model: string | undefined;
}

/** What the user agent alone does not tell. */
export interface Surroundings {
  /** Whether this is Android, whatever the user agent says: "Desktop site" hides it. */
  readonly android: boolean;
  /** Points that touch at once: tells an iPad from the Mac that it claims to be. */
  readonly touchPoints: number;
  /** Whether this is Brave, whose user agent is Chrome's. */
  readonly brave: boolean;
}

// The first that fits: most browsers also name the one that they descend from.
const families: readonly (readonly [family: string, pattern: RegExp])[] = [
  ["edge", /\bEdg(?:e|A|iOS)?\/(\d+)/],
  ["opera", /\b(?:OPR|OPT|OPX|OPiOS|Opera)\/(\d+)/],
  ["samsung", /\bSamsungBrowser\/(\d+)/],
  ["yandex", /\bYaBrowser\/(\d+)/],
  ["vivaldi", /\bVivaldi\/(\d+)/],
  ["huawei", /\bHuaweiBrowser\/(\d+)/],
  ["xiaomi", /\bMiuiBrowser\/(\d+)/],
  ["uc", /\bUC(?:Browser|WEB)\/?(\d+)/],
  ["duckduckgo", /\b(?:DuckDuckGo|Ddg)\/(\d+)/],
  ["firefox", /\b(?:Firefox|FxiOS|Focus)\/(\d+)/],
  ["webview", /; wv\).*\bChrome\/(\d+)/],
  ["chrome", /\b(?:HeadlessChrome|Chromium|Chrome|CriOS)\/(\d+)/],
  ["safari", /\bVersion\/(\d+).*\bSafari\//],
  ["webview", /\b(?:iPhone|iPad|iPod)\b.*\bOS (\d+)_/],
];

const systems: readonly (readonly [os: OsFamily, pattern: RegExp, version: RegExp])[] = [
  ["windows", /\bWindows\b/, /\bWindows NT (\d+)/],
  ["android", /\bAndroid\b/, /\bAndroid (\d+)/],
  ["ios", /\b(?:iPhone|iPad|iPod)\b/, /\bOS (\d+)_/],
  ["chromeos", /\bCrOS\b/, /\bCrOS \S+ (\d+)/],
  ["macos", /\bMac(?:intosh|_PowerPC)?\b/, /\bMac OS X (?:10[_.])?(\d+)/],
  ["linux", /\b(?:Linux|X11)\b/, /$^/],
];

/** Takes the user agent apart. Pure; an unknown user agent gives undefined in each part. */
export function parseUserAgent(userAgent: string, around: Surroundings): Browser {
  const family = families.find(([, pattern]) => pattern.test(userAgent));
  const named = systems.find(([, pattern]) => pattern.test(userAgent));
  return {
    family: around.brave && family?.[0] === "chrome" ? "brave" : family?.[0],
    major: firstNumber(family?.[1].exec(userAgent)),
    os: trueSystem(named?.[0], around),
    osMajor: firstNumber(named?.[2].exec(userAgent)),
    model: androidModel(userAgent),
  };
}

/** Reads it from this page. */
export function readBrowser(): Browser {
  return parseUserAgent(navigator.userAgent, {
    android: isAndroid(),
    touchPoints: Number(navigator.maxTouchPoints) || 0,
    brave: "brave" in navigator,
  });
}

function trueSystem(named: OsFamily | undefined, around: Surroundings): OsFamily | undefined {
  if (around.android && named === "linux") {
    return "android";
  }
  return named === "macos" && around.touchPoints > 1 ? "ios" : named;
}

function androidModel(userAgent: string): string | undefined {
  const model = /\bAndroid [\d.]+; (?:[a-z]{2}-[a-z]{2}; )?([^;)]+?)(?: Build\/[^;)]*)?[;)]/i.exec(
    userAgent,
  )?.[1];
  return model === undefined || /^(?:K|wv|Mobile|Tablet|rv:.*)$/.test(model) ? undefined : model;
}

function firstNumber(found: RegExpExecArray | null | undefined): number | undefined {
  const digits = found?.[1];
  return digits === undefined ? undefined : Number(digits);
}
