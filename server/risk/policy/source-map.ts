/**
 * Where in a file a character of a scalar's value stands. YAML drops indentation, quotes, folds and escapes from a value, so value and
 * source are walked side by side: what is equal is taken together, what only the source has is skipped.
 * `from` and `to` bound the scalar in `source`; the answer is an offset into `source`.
 */
export function offsetInSource(
  source: string,
  from: number,
  to: number,
  value: string,
  offset: number,
): number {
  let at = from;
  if (source[at] === "|" || source[at] === ">") {
    const header = source.indexOf("\n", at);
    at = header < 0 ? at : header + 1;
  } else if (source[at] === '"' || source[at] === "'") at++;
  for (let index = 0; index < offset && at < to; index++) {
    at = skipTo(source, at, to, value[index] ?? "");
    at++;
  }
  const wanted = value[offset];
  return wanted === undefined ? Math.min(at, to) : Math.min(skipTo(source, at, to, wanted), to);
}

function skipTo(source: string, from: number, to: number, character: string): number {
  const blank = /\s/.test(character);
  for (let at = from; at < to; at++) {
    const here = source[at] ?? "";
    if (here === character || (blank && /\s/.test(here))) return at;
    // Only white space and escapes may lie between two characters of a value.
    if (!/[\s\\']/.test(here)) return from;
  }
  return from;
}
