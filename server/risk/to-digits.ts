/**
 * A number rounded to so many digits after the point. Facts are rounded before anything is drawn from them: what is kept of them is then short,
 * and still what was judged, to the bit. Never −0.
 */
export function toDigits(value: number, digits: number): number {
  const scale = 10 ** digits;
  return Math.round(value * scale) / scale + 0;
}
