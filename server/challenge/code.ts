/** Digits of a code: 6, which is 20 bits (NIST SP 800-63B-4 and OWASP ASVS 5 ask for no less). */
export const codeDigits = 6;

/** A fresh code. `randomInt(n)` must answer evenly from 0 to n-1 out of a cryptographic generator. */
export function newCode(randomInt: (below: number) => number): string {
  return String(randomInt(10 ** codeDigits)).padStart(codeDigits, "0");
}
