import { createHash } from "node:crypto";
import { type Dialect, opaque, sdk1, sections } from "./dialect.js";

/** What a browser was like at one time: a 64-bit digest per trait of the dialect, in its order; undefined where the trait is absent. */
export type Digests = readonly (bigint | undefined)[];

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

/** One entry of our SDK: `name:hash`, or `-` or `!` in place of the hash where the trait is absent or was too slow. */
const entryPattern = /^([a-z][a-z0-9_]{0,31}):([0-9a-f]{16}|[-!])$/;
/** The entry that states the version of our SDK's array. */
const versionPattern = /^v:(\d{1,4})$/;
/** What the SDK answers as `form_factor` for a desktop. Its hash keeps values short, not secret. */
const desktop = 0x0c0718e5c8452981n;

const sectionsLength = 2048;
const sectionsPattern = /^[0-9a-f]{2048}$/;
/** 2,048 characters are shared among 22 sections: the first 20 get 93, the last two 94. */
const sectionLengths = sections.traits.map((_, index) => (index < 20 ? 93 : 94));

const traitIndex = new Map(sdk1.traits.map(({ name }, index) => [name, index]));
const formFactor = traitIndex.get("form_factor") ?? -1;

function digest(text: string): bigint {
  return createHash("sha256").update(text, "utf8").digest().readBigUInt64BE();
}

/**
 * Reads our SDK's array. Entries that it does not know, and broken ones, are passed over; of two with one name the first counts. Undefined
 * when no known trait is left.
 */
function parseEntries(entries: readonly string[]): Fingerprint | undefined {
  const present: (bigint | undefined)[] = sdk1.traits.map(() => undefined);
  const seen = new Set<number>();
  for (const entry of entries) {
    const [, name = "", hash = ""] = entryPattern.exec(entry) ?? [];
    const index = traitIndex.get(name);
    if (index === undefined || seen.has(index)) continue;
    seen.add(index);
    if (hash.length === 16) present[index] = BigInt(`0x${hash}`);
  }
  if (present.every((value) => value === undefined)) return undefined;
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
  const version = given.map((entry) => versionPattern.exec(entry)?.[1]).find((found) => found !== undefined);
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

/** The digest of a trait; undefined where it is absent or the dialect has no such trait. */
export function digestOf({ dialect, present }: Fingerprint, name: string): bigint | undefined {
  return present[dialect.traits.findIndex((trait) => trait.name === name)];
}

function isEntry(entry: string): boolean {
  return entryPattern.test(entry);
}
