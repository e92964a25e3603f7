import { once } from "./once.js";
import { readBrowser } from "./source/browser.js";
import { readCanvas } from "./source/canvas.js";
import { readClientHints } from "./source/client-hints.js";
import { readGraphics } from "./source/webgl.js";
import type { Probe } from "./source.js";

/** A probe for one call. Reads nothing until a source asks. */
export function openProbe(): Probe {
  return {
    browser: once(readBrowser),
    hints: once(readClientHints),
    canvas: once(readCanvas),
    graphics: once(readGraphics),
  };
}
