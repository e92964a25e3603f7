import { awayZones, type Home, type Machine } from "./machine.js";
import type { Random } from "./random.js";
import type { World } from "./world.js";

/** The traits of a browser on one visit, in clear; undefined where the browser keeps one back. */
export type Traits = Readonly<Record<string, string | undefined>>;

/** One browser on one device, through time. */
export interface EvolvingBrowser {
  /** Its traits on a visit; days must not go back. */
  visit(day: number): Traits;
}

interface State {
  major: number;
  osMajor: number;
  language: string;
  zone: string;
  screen: string;
  gamut: string;
  gpu: number;
  driver: number;
  driverExtensions: number;
  driverShapes: number;
  fonts: number;
  fontText: number;
  preferences: number;
}

/** Mean days between what happens to one browser. */
const rates = {
  driver: 130,
  monitor: 500,
  card: 1_500,
  program: 220,
  language: 1_500,
  preferences: 700,
  journey: 130,
} as const;

const otherLanguages = ["en-US", "en-GB", "nb-NO", "de-DE", "es-ES"];

/** Makes a browser that lives from a day on. */
export function createBrowser(
  machine: Machine,
  home: Home,
  world: World,
  random: Random,
  since: number,
): EvolvingBrowser {
  const { os, family, kind } = machine;
  const systemUpdates =
    os === "ios" || os === "macos" || os === "android"
      ? since + random.wait(machine.late ? 700 : 330)
      : Infinity;
  const state: State = {
    major: world.newest(family, since) - (machine.late ? 1 + random.below(2) : 0),
    osMajor: machine.osMajor,
    language: home.language,
    zone: home.zone,
    screen: machine.screen,
    gamut: machine.gamut,
    gpu: machine.gpu,
    driver: random.below(4),
    driverExtensions: 0,
    driverShapes: 0,
    fonts: machine.fonts,
    fontText: 0,
    preferences: machine.preferences,
  };
  let updateAt = since;
  let systemAt = systemUpdates;
  let abroadUntil = -1;
  let lastDay = since;

  const happens = (mean: number, days: number) => random.chance(1 - Math.exp(-days / mean));

  function live(day: number): void {
    const days = day - lastDay;
    lastDay = day;
    if (state.major < world.newest(family, day) && day >= updateAt) {
      state.major = world.newest(family, day);
      updateAt = day + random.wait(machine.late ? 45 : 5);
    }
    if (day >= systemAt) {
      state.osMajor += 1;
      systemAt = day + 365;
    }
    if (happens(rates.language, days)) state.language = otherLanguages[random.below(5)] ?? state.language;
    if (happens(rates.preferences, days)) state.preferences = random.below(7);
    if (abroadUntil < day) {
      state.zone = home.zone;
      if (happens(rates.journey, days)) {
        abroadUntil = day + random.wait(6);
        if (random.chance(0.5)) state.zone = awayZones[random.below(awayZones.length)] ?? home.zone;
      }
    }
    if (kind === "desktop") liveAtDesk(days);
  }

  function liveAtDesk(days: number): void {
    if (happens(rates.driver, days)) {
      if (random.chance(0.35)) state.driver += 1;
      if (random.chance(0.25)) state.driverShapes += 1;
      if (random.chance(0.3)) state.driverExtensions += 1;
    }
    if (happens(rates.card, days)) state.gpu += 7;
    if (happens(rates.monitor, days)) {
      state.screen = random.pick([
        ["2560x1440", 2],
        ["3840x2160", 1],
        ["3440x1440", 1],
      ]);
      state.gamut = random.chance(0.3) ? "p3" : "srgb";
    }
    if (happens(rates.program, days)) {
      state.fonts = 3 + random.below(400);
      if (random.chance(0.12)) state.fontText += 1;
    }
  }

  function visit(day: number): Traits {
    live(day);
    const build = world.build(family, state.major);
    const docked = machine.dock !== undefined && random.chance(0.35);
    const privately = random.chance(0.03);
    const hides = machine.shy || (family === "safari" && (kind !== "desktop" || random.chance(1)));
    const engine = os === "ios" || family === "safari" ? "webkit" : family === "firefox" ? "gecko" : "blink";
    const blink = engine === "blink";
    const system = `${os}${os === "linux" || os === "chromeos" ? "" : state.osMajor}`;
    const drawn = `${engine} ${build.text}`;
    const slow = () => random.chance(0.004);
    const traits: Record<string, string | undefined> = {
      engine,
      browser: family,
      browser_major: String(state.major),
      brands: blink && !slow() ? family : undefined,
      os,
      os_version:
        (blink && (os === "linux" || slow())) || os === "chromeos" ? undefined : String(state.osMajor),
      form_factor: kind,
      model: blink && !slow() ? machine.model : undefined,
      platform: {
        windows: "Win32",
        macos: "MacIntel",
        linux: "Linux x86_64",
        chromeos: "Linux x86_64",
        android: "Linux armv81",
        ios: kind === "tablet" ? "iPad" : "iPhone",
      }[os],
      architecture: os === "windows" || os === "linux" ? "255" : "127",
      vendor_flavors: `${blink ? "chrome" : engine} ${build.flavors}`,
      languages: state.language,
      locale: state.language,
      time_zone: state.zone,
      screen: docked ? machine.dock : state.screen,
      color_depth: "24",
      color_gamut: docked ? "srgb" : state.gamut,
      preferences: String(state.preferences),
      hardware_concurrency: machine.shy
        ? undefined
        : String(engine === "webkit" && kind === "desktop" ? 8 : machine.cores),
      device_memory: blink && !machine.shy ? String(machine.memory) : undefined,
      touch: kind === "desktop" ? (os === "windows" && machine.gpu % 6 === 0 ? "10" : "0") : "5",
      plugins: "pdf",
      codecs: `${engine} ${os} ${build.codecs}`,
      math: `${engine} ${os === "windows" ? 1 : 0} ${build.math}`,
      fonts: privately && engine !== "blink" ? undefined : `${system} ${state.fonts}`,
      chosen_fonts: `${os} ${machine.chosenFonts} ${state.fontText}`,
      canvas_shapes: hides
        ? undefined
        : `${engine} ${os} ${state.gpu % 9} ${build.shapes} ${state.driverShapes}`,
      canvas_text: hides
        ? undefined
        : `${system} ${drawn} ${state.gpu % 5} ${machine.chosenFonts % 4} ${state.fontText}`,
      audio: hides || slow() ? undefined : `${engine} ${os} ${machine.cores > 8 ? 1 : 0} ${build.audio}`,
      webgl_vendor: machine.shy ? undefined : `${os} ${state.gpu % 3}`,
      webgl_renderer: machine.shy ? undefined : `${os} ${state.gpu}`,
      webgl_parameters: machine.shy
        ? undefined
        : `${os} ${state.gpu % 12} ${kind === "desktop" ? state.driver : 0}`,
      webgl_extensions: machine.shy
        ? undefined
        : `${engine} ${os} ${state.gpu % 4} ${build.extensions} ${state.driverExtensions}`,
    };
    return traits;
  }

  return { visit };
}
