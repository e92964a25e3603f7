import { once } from "../once.js";
import { lettering, shapes } from "./drawing.js";
import { chosenFonts, installedFonts } from "./fonts.js";
import { inQuietFrame } from "./quiet-frame.js";

/** What a canvas tells. Each function answers what was found, or throws what was thrown in finding it. */
export interface Canvas {
  readonly fonts: () => readonly string[];
  readonly chosenFonts: () => readonly number[];
  readonly shapes: () => string | undefined;
  readonly lettering: () => string | undefined;
}

/**
 * Finds it all at once, because to make a frame costs more than what is done in it, and it must not outlive this call.
 *
 * @throws Error if the browser gives no frame or no 2D canvas.
 */
export function readCanvas(): Canvas {
  return inQuietFrame((context) => {
    const canvas: Canvas = {
      fonts: once(() => installedFonts(context)),
      chosenFonts: once(() => chosenFonts(context)),
      shapes: once(() => shapes(context)),
      lettering: once(() => lettering(context)),
    };
    for (const find of Object.values(canvas)) {
      try {
        find();
      } catch {
        // Kept by `once` for the source that asks.
      }
    }
    return canvas;
  });
}
