import { createHash } from "node:crypto";
import { hashOf, type Random, seeded } from "./random.js";

/** What kind of device it is. */
export type Kind = "mobile" | "desktop" | "tablet" | "bot";

/** A system and browser on a kind of device. */
interface Platform {
  readonly kind: Kind;
  readonly os: string;
  readonly browser: string;
  readonly engine: string;
  /** How many machines can be told apart, by drawing and hardware: few phones, many computers. */
  readonly models: number;
  readonly share: number;
}

const platforms: readonly Platform[] = [
  { kind: "mobile", os: "ios", browser: "safari", engine: "webkit", models: 30, share: 36 },
  { kind: "mobile", os: "android", browser: "chrome", engine: "blink", models: 600, share: 20 },
  { kind: "mobile", os: "android", browser: "samsung", engine: "blink", models: 120, share: 6 },
  { kind: "mobile", os: "ios", browser: "chrome", engine: "webkit", models: 30, share: 2.5 },
  { kind: "desktop", os: "windows", browser: "chrome", engine: "blink", models: 900, share: 12.5 },
  { kind: "desktop", os: "windows", browser: "edge", engine: "blink", models: 900, share: 5 },
  { kind: "desktop", os: "macos", browser: "safari", engine: "webkit", models: 40, share: 3.7 },
  { kind: "desktop", os: "macos", browser: "chrome", engine: "blink", models: 60, share: 3 },
  { kind: "desktop", os: "windows", browser: "firefox", engine: "gecko", models: 900, share: 2 },
  { kind: "tablet", os: "ios", browser: "safari", engine: "webkit", models: 12, share: 2.2 },
  { kind: "tablet", os: "android", browser: "chrome", engine: "blink", models: 30, share: 0.8 },
  { kind: "bot", os: "linux", browser: "chrome", engine: "blink", models: 6, share: 4.5 },
];

/** Languages of a country's browsers, the usual one first; and its time zone. */
const locales: Readonly<Record<string, { readonly languages: readonly string[]; readonly zone: string }>> = {
  NO: { languages: ["nb-NO", "nb", "no-NO,en", "en-US", "en-GB,nb"], zone: "Europe/Oslo" },
  US: { languages: ["en-US", "en-US,en", "en-US,es", "es-US"], zone: "America/New_York" },
  BR: { languages: ["pt-BR", "pt-BR,pt,en", "pt"], zone: "America/Sao_Paulo" },
  PL: { languages: ["pl-PL", "pl", "pl-PL,en"], zone: "Europe/Warsaw" },
  GB: { languages: ["en-GB", "en-GB,en", "en-US"], zone: "Europe/London" },
  SE: { languages: ["sv-SE", "sv", "en-US"], zone: "Europe/Stockholm" },
  DE: { languages: ["de-DE", "de", "de-DE,en", "en-US"], zone: "Europe/Berlin" },
  FR: { languages: ["fr-FR", "fr", "fr-FR,en"], zone: "Europe/Paris" },
  ES: { languages: ["es-ES", "es", "ca-ES"], zone: "Europe/Madrid" },
  IN: { languages: ["en-IN", "en-US", "hi-IN,en"], zone: "Asia/Kolkata" },
  RU: { languages: ["ru-RU", "ru"], zone: "Europe/Moscow" },
  CN: { languages: ["zh-CN", "zh"], zone: "Asia/Shanghai" },
  VN: { languages: ["vi-VN", "en-US"], zone: "Asia/Ho_Chi_Minh" },
  ID: { languages: ["id-ID", "en-US"], zone: "Asia/Jakarta" },
  UA: { languages: ["uk-UA", "ru-UA"], zone: "Europe/Kyiv" },
  NG: { languages: ["en-NG", "en-US"], zone: "Africa/Lagos" },
};

/** A machine with one browser on it; what changes with time is told by `fingerprintOf`. */
export interface Device {
  readonly platform: Platform;
  readonly country: string;
  readonly languages: string;
  readonly zone: string;
  /** Which machine of those that can be told apart. */
  readonly model: number;
  /** Programs and settings of this one: fonts, screen, memory, preferences. */
  readonly own: Readonly<Record<string, string>>;
  /** Days after a release when it is installed; computers of companies wait long. */
  readonly lagDays: number;
  /** Seeds when its drawing, fonts and settings change. */
  readonly salt: string;
  /** A laptop that is used with and without its monitor. */
  readonly docks: boolean;
}

const share = (kind: Kind) => platforms.filter((platform) => platform.kind === kind);

/** A device of somebody in a country; of a certain system and browser where `like` is given. */
export function makeDevice(
  random: Random,
  country: string,
  like?: Pick<Device, "platform">,
  kind?: Kind,
): Device {
  const platform =
    like?.platform ??
    random.weighted(
      (kind === undefined ? platforms : share(kind)).map((each) => [each, each.share] as const),
    );
  const locale = locales[country] ?? locales.US ?? { languages: ["en-US"], zone: "UTC" };
  const model = random.ranked(platform.models);
  const phone = platform.kind === "mobile" || platform.kind === "tablet";
  // A phone's screen, memory and fonts come with its model; a computer's do not.
  const own: Record<string, string> = phone
    ? {
        screen: `m${model}`,
        memory: `m${model}`,
        fonts: platform.os,
        cores: `m${model}`,
        depth: `${platform.os}${model % 2}`,
      }
    : {
        screen: `s${random.ranked(14)}`,
        memory: `${random.ranked(4)}`,
        fonts: `${platform.os}${random.ranked(60)}`,
        cores: `${random.ranked(7)}`,
        depth: `${random.ranked(3)}`,
      };
  own.preferences = random.chance(phone ? 0.12 : 0.15) ? `p${random.ranked(6)}` : "none";
  own.chosen = random.chance(phone ? 0.15 : 0.06) ? `c${random.ranked(8)}` : "none";
  own.system = `${random.ranked(phone ? 4 : 3)}`;
  return {
    platform,
    country,
    languages: locale.languages[random.ranked(locale.languages.length, 2)] ?? "en-US",
    zone: random.chance(0.96) ? locale.zone : "Europe/London",
    model,
    own,
    lagDays: random.chance(0.12) ? 20 + random.below(60) : random.exponential(6),
    salt: String(random.next()),
    docks: platform.kind === "desktop" && random.chance(0.2),
  };
}

/** The same machine as `victim`'s would be by its browser's build, language and zone, but another one. */
export function lookAlike(random: Random, victim: Device, country: string): Device {
  const other = makeDevice(random, country, victim);
  return {
    ...other,
    languages: victim.languages,
    zone: victim.zone,
    lagDays: victim.lagDays,
    own: { ...other.own, system: victim.own.system ?? "0" },
  };
}

const dayMs = 86_400_000;
const epoch = Date.UTC(2018, 0, 1);

/** The versions that a device has at an instant. */
function versionsAt({ platform, lagDays, own }: Device, at: number): { major: number; system: string } {
  const days = (at - epoch) / dayMs - lagDays;
  const cycle = platform.browser === "safari" ? 365 : platform.browser === "samsung" ? 90 : 28;
  const major = 60 + Math.floor(days / cycle);
  const systemCycle =
    platform.os === "ios" ? 42 : platform.os === "macos" ? 60 : platform.os === "android" ? 300 : 330;
  return { major, system: `${own.system}.${Math.floor(days / systemCycle)}` };
}

const histories = new Map<string, readonly number[]>();

/** A mark of the last change until `at` of what changes by chance at each step of `everyDays`; empty before the first. */
function changed(salt: string, what: string, at: number, everyDays: number, chance: number): string {
  const name = `${salt}${what}`;
  let steps = histories.get(name);
  if (steps === undefined) {
    const random = seeded(hashOf(name));
    steps = Array.from({ length: 4_500 / everyDays }, (_, step) => step).filter(() => random.chance(chance));
    histories.set(name, steps);
  }
  const present = (at - epoch) / dayMs / everyDays;
  const last = steps.findLast((step) => step <= present);
  return last === undefined ? "" : `~${last}`;
}

/** The exact User-Agent header at an instant. */
export function userAgentOf(device: Device, at: number): string {
  const { platform, model } = device;
  const { major, system } = versionsAt(device, at);
  const { os, browser, kind } = platform;
  const dashed = system.replace(".", "_");
  if (os === "ios") {
    const head = `Mozilla/5.0 (${kind === "tablet" ? "iPad; CPU OS" : "iPhone; CPU iPhone OS"} ${dashed} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)`;
    return browser === "chrome"
      ? `${head} CriOS/${major}.0 Mobile/15E148 Safari/604.1`
      : `${head} Version/${system} Mobile/15E148 Safari/604.1`;
  }
  if (os === "android") {
    const head = `Mozilla/5.0 (Linux; Android ${system.split(".")[0]}; SM-${1000 + model}) AppleWebKit/537.36 (KHTML, like Gecko)`;
    return browser === "samsung"
      ? `${head} SamsungBrowser/${major}.0 Chrome/${major}.0 Mobile Safari/537.36`
      : `${head} Chrome/${major}.0.0.0 Mobile Safari/537.36`;
  }
  if (os === "macos") {
    const head = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)";
    return browser === "safari"
      ? `${head} AppleWebKit/605.1.15 (KHTML, like Gecko) Version/${system} Safari/605.1.15`
      : `${head} AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${major}.0.0.0 Safari/537.36`;
  }
  const head = os === "linux" ? "Mozilla/5.0 (X11; Linux x86_64" : "Mozilla/5.0 (Windows NT 10.0; Win64; x64";
  if (browser === "firefox") return `${head}; rv:${major}.0) Gecko/20100101 Firefox/${major}.0`;
  const chrome = `${head}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${major}.0.0.0 Safari/537.36`;
  return browser === "edge" ? `${chrome} Edg/${major}.0.0.0` : chrome;
}

const entry = (name: string, value: string | undefined): string =>
  value === undefined
    ? `${name}:-`
    : `${name}:${createHash("sha1").update(`${name}=${value}`).digest("hex").slice(0, 16)}`;

/** The array that the browser SDK would make on this device at an instant; `away` is the time zone of a journey. */
export function fingerprintOf(device: Device, at: number, random: Random, away?: string): readonly string[] {
  const { platform, model, own, salt, languages } = device;
  const { os, browser, engine, kind } = platform;
  const { major, system } = versionsAt(device, at);
  const chromium = engine === "blink";
  const noisy = browser === "firefox" || browser === "safari";
  const gpu = `${os}${kind}${model % Math.max(4, Math.ceil(platform.models / 6))}`;
  const drawing = changed(salt, "drawing", at, 28, 0.06);
  const values: Readonly<Record<string, string | undefined>> = {
    engine,
    browser,
    browser_major: `${browser}${major}`,
    brands: chromium ? `${browser}${major}` : undefined,
    os,
    os_version: `${os}${system}`,
    form_factor: kind === "bot" ? "desktop" : kind,
    model: os === "android" ? `SM-${1000 + model}` : undefined,
    platform: os,
    architecture: kind === "desktop" ? (os === "macos" ? "arm" : "x86") : "arm",
    vendor_flavors: browser === "safari" ? "safari" : chromium ? "chrome" : undefined,
    languages: `${languages}${changed(salt, "languages", at, 90, 0.02)}`,
    locale: languages.split(",")[0],
    time_zone: away ?? device.zone,
    screen: device.docks && random.chance(0.5) ? `docked${own.screen}` : own.screen,
    color_depth: own.depth,
    color_gamut: own.depth,
    preferences: `${own.preferences}${changed(salt, "preferences", at, 90, 0.03)}`,
    hardware_concurrency: browser === "safari" ? "8" : own.cores,
    device_memory: chromium ? own.memory : undefined,
    touch: kind === "desktop" || kind === "bot" ? "0" : "5",
    plugins: kind === "desktop" ? "pdf" : "none",
    codecs: `${engine}${os}`,
    math: engine,
    fonts: `${own.fonts}${kind === "desktop" ? changed(salt, "fonts", at, 90, 0.08) : ""}`,
    chosen_fonts: `${os}${own.chosen}`,
    canvas_shapes: noisy ? undefined : `${gpu}${engine}`,
    canvas_text: noisy ? undefined : `${gpu}${own.fonts}${system}${drawing}`,
    audio: browser === "safari" ? undefined : `${engine}${os}${model % 3}`,
    webgl_vendor: `${gpu}`.slice(0, 4),
    webgl_renderer: browser === "safari" ? "Apple GPU" : kind === "desktop" ? `${gpu}${model}` : gpu,
    webgl_parameters: `${gpu}${changed(salt, "driver", at, 60, 0.05)}`,
    webgl_extensions: `${engine}${gpu}${Math.floor(major / 6)}`,
  };
  return ["v:1", ...Object.entries(values).map(([name, value]) => entry(name, value))];
}

/** The time zone of a country's capital. */
export function zoneOf(country: string): string | undefined {
  return locales[country]?.zone;
}
