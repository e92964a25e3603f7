/** Digits of a code. */
export const codeDigits = 6;

/**
 * The digits of what was typed or pasted, at most six: spaces, dashes and words around them are dropped, and Arabic-Indic and full-width digits
 * become the ASCII ones that the server takes. Of a text with a run of exactly six digits ("Your code for 2026: 123456"), that run is taken.
 */
export function codeIn(text: string): string {
  // Each of these rows of digits begins at a code point that ends in 0.
  const ascii = text.replace(/[\u0660-\u0669\u06f0-\u06f9\uff10-\uff19]/g, (digit) =>
    String(digit.charCodeAt(0) & 15),
  );
  // Without a look behind, at which Safari before 16.4 would refuse the whole script.
  const whole = /(?:^|\D)(\d{6})(?!\d)/.exec(ascii)?.[1];
  return whole ?? ascii.replace(/\D/g, "").slice(0, codeDigits);
}
