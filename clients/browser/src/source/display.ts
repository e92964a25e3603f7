import { sources as fingerprintjs, isGecko } from "@fingerprintjs/fingerprintjs";

/**
 * The longer and the shorter side of the screen, rounded to 10: the same for both ways to hold a phone, and at every
 * zoom. Gecko counts the screen in zoomed pixels, so that the size of a real pixel has to be multiplied in, up to a
 * rounding error; the other engines do not let zoom change it.
 */
export function screenSides(): readonly number[] | undefined {
  const sides = fingerprintjs.screenResolution();
  const scale = isGecko() ? devicePixelRatio : 1;
  const rounded = sides?.map((side) => Math.round(((side ?? 0) * scale) / 10) * 10);
  return rounded?.every((side) => side > 0) ? rounded : undefined;
}

/**
 * What the user has set for all pages: contrast, motion, transparency, colours. Light or dark is not among them,
 * because many systems change it twice a day.
 */
export function preferences(): readonly unknown[] {
  return [
    fingerprintjs.contrast(),
    fingerprintjs.reducedMotion(),
    fingerprintjs.reducedTransparency(),
    fingerprintjs.invertedColors(),
    fingerprintjs.forcedColors(),
    fingerprintjs.monochrome(),
  ];
}

/** How many points may touch at once. Gecko answers 5 for more than one in private windows, so it does here always. */
export function touch(): readonly unknown[] {
  const { maxTouchPoints, touchEvent, touchStart } = fingerprintjs.touchSupport();
  return [isGecko() && maxTouchPoints > 1 ? 5 : maxTouchPoints, touchEvent, touchStart];
}
