/**
 * The hash array that a browser sent, in one of three dialects:
 * - `components`: our browser SDK's, one `name:hash` entry per component;
 * - `opaque`: anything else, such as `"h"` or `[current, last]`; each entry is a hash of the whole browser, the newest first.
 */
export type Fingerprint =
  | { readonly kind: "components"; readonly components: ReadonlyMap<string, string> }
  | { readonly kind: "opaque"; readonly hashes: readonly string[] };

/** One component of our SDK: a short name, a colon and a hash, or `-` or `!` for one that is absent. */
const componentPattern = /^([a-z][a-z0-9_]{0,31}):([0-9a-z!-]{1,64})$/;

/** Reads the entries of a request. Undefined when there is nothing in them to recognise a device by. */
export function parseFingerprint(
  entries: readonly string[],
  last: string | undefined,
): Fingerprint | undefined {
  const given = [...entries, ...(last === undefined ? [] : [last])]
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
  if (given.length === 0) return undefined;
  const components = new Map<string, string>();
  for (const entry of given) {
    const [, name, hash] = componentPattern.exec(entry) ?? [];
    if (name === undefined || hash === undefined) return { kind: "opaque", hashes: [...new Set(given)] };
    if (!components.has(name)) components.set(name, hash);
  }
  return { kind: "components", components };
}

/** The texts that stand for the fingerprint as a whole, the present one first: equal texts mean the same device. */
export function identities(fingerprint: Fingerprint): readonly [string, ...string[]] {
  if (fingerprint.kind === "components") {
    return [
      [...fingerprint.components]
        .map(([name, hash]) => `${name}:${hash}`)
        .sort()
        .join(" "),
    ];
  }
  const [first = "", ...rest] = fingerprint.hashes;
  return [first, ...rest];
}
