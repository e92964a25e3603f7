import { createHash } from "node:crypto";
import { type Dialect, opaque, sdk1, sections } from "./dialect.js";

/** What a browser was like at one time: a digest of 16 hexadecimal digits per trait of the dialect, in its order; undefined where the trait is absent. */
export type Digests = readonly (string | undefined)[];

/** The fingerprint of a request, whatever its dialect: how the browser is now and, where it remembers, how it was before. */
export interface Fingerprint {
  readonly dialect: Dialect;
  readonly present: Digests;
  readonly former?: Digests;
  /**
   * Whether this is the kind of machine of which few are alike, so that it can be recognised for a user who was never seen with it. Phones and
   * tablets of one model are alike, and so may be whatever does not say that it is a desktop.
   */
  readonly distinctive: boolean;
}

/** The entry that states the version of our SDK's array. */
const versionPattern = /^v:(\d{1,4})$/;
const namePattern = /^[a-z][a-z0-9_]{0,31}$/;
/** Digits of a digest. */
const digits = 16;
/** 1 for the code of each digit. Whether the next one is a number or a letter cannot be foretold, so comparing takes four times as long. */
const isDigit = new Uint8Array(128);
for (const digit of "0123456789abcdef") isDigit[digit.charCodeAt(0)] = 1;

/** What the SDK answers as `form_factor` for a desktop. Its hash keeps values short, not secret. */
export const desktop = "0c0718e5c8452981";

const sectionsLength = 2048;
const sectionsPattern = /^[0-9a-f]{2048}$/;
/** 2,048 characters are shared among 22 sections: the first 20 get 93, the last two 94. */
const sectionLengths = sections.traits.map((_, index) => (index < 20 ? 93 : 94));

const traitIndex = new Map(sdk1.traits.map(({ name }, index) => [name, index]));
const formFactor = traitIndex.get("form_factor") ?? -1;

function digest(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex").slice(0, digits);
}

/** Whether the text is a digest from there to its end. */
function endsInDigest(text: string, from: number): boolean {
  if (text.length !== from + digits) return false;
  for (let at = from; at < text.length; at++) {
    if (isDigit[text.charCodeAt(at)] !== 1) return false;
  }
  return true;
}

/** Whether what an entry has from there on says that its trait is absent or was too slow. */
function endsAbsent(entry: string, from: number): boolean {
  return entry.length === from + 1 && (entry.endsWith("-") || entry.endsWith("!"));
}

/** Whether a text is an entry of our SDK: `name:digest`, or `-` or `!` in place of the digest. */
function isEntry(entry: string): boolean {
  const colon = entry.indexOf(":");
  if (!endsInDigest(entry, colon + 1) && !endsAbsent(entry, colon + 1)) return false;
  const name = entry.slice(0, colon);
  return traitIndex.has(name) || namePattern.test(name);
}

/**
 * Reads our SDK's array. Entries that it does not know, and broken ones, are passed over; of two with one name the first counts. Undefined
 * when no known trait is left.
 */
function parseEntries(entries: readonly string[]): Fingerprint | undefined {
  const present = new Array<string | undefined>(sdk1.traits.length).fill(undefined);
  const seen = new Array<boolean>(sdk1.traits.length).fill(false);
  let known = 0;
  for (const entry of entries) {
    const colon = entry.indexOf(":");
    const index = colon < 0 ? undefined : traitIndex.get(entry.slice(0, colon));
    if (index === undefined || seen[index]) continue;
    const given = endsInDigest(entry, colon + 1);
    if (!given && !endsAbsent(entry, colon + 1)) continue;
    seen[index] = true;
    if (!given) continue;
    present[index] = entry.slice(colon + 1);
    known++;
  }
  if (known === 0) return undefined;
  return { dialect: sdk1, present, distinctive: present[formFactor] === desktop };
}

function parseSections(hash: string): Digests {
  let from = 0;
  return sectionLengths.map((length) => {
    const section = hash.slice(from, from + length);
    from += length;
    return digest(section);
  });
}

function parseOpaque(text: string): Digests {
  return [digest(text)];
}

/**
 * Reads the entries of a request, whatever they are: never throws, and takes time in proportion to their length. Undefined when there is
 * nothing in them to recognise a device by, such as an array of absences.
 *
 * Our array is known by its version entry, or by holding nothing but entries of its form; one of another version is opaque as a whole. Of two
 * opaque texts the second is the former hash; a longer list is one text, in whatever order.
 */
export function parseFingerprint(
  entries: readonly string[],
  last: string | undefined,
): Fingerprint | undefined {
  const given = entries.map((entry) => entry.trim()).filter((entry) => entry !== "");
  const stated = given.find((entry) => entry.startsWith("v:") && versionPattern.test(entry));
  const version = stated?.slice(2);
  if (version === "1" || (version === undefined && given.length > 0 && given.every(isEntry))) {
    return parseEntries(given);
  }
  const pair = given.length > 2 ? [given.toSorted().join("\n")] : given;
  const formerText = last?.trim() || undefined;
  const [current, former = formerText] = pair.length === 0 ? [formerText, undefined] : pair;
  if (current === undefined) return undefined;
  const parse =
    current.length === sectionsLength && sectionsPattern.test(current) ? parseSections : parseOpaque;
  return {
    dialect: parse === parseSections ? sections : opaque,
    present: parse(current),
    ...(former === undefined ||
    former === current ||
    (parse === parseSections && !sectionsPattern.test(former))
      ? {}
      : { former: parse(former) }),
    distinctive: parse === parseOpaque,
  };
}

/** The digest of a trait of our SDK's array; undefined where it is absent or the fingerprint is of another dialect. */
export function digestOf({ dialect, present }: Fingerprint, name: string): string | undefined {
  return dialect === sdk1 ? present[traitIndex.get(name) ?? -1] : undefined;
}
