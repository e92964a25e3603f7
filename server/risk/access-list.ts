import { cidrTable, parseCidr } from "./cidr.js";
import type { IpAddress } from "./ip-address.js";
import type { ListedKind } from "./policy/subject.js";
import type { Evidence } from "./words.js";

/** A project's lists; deny wins over allow, watch only notes. */
export const listNames = ["allow", "deny", "watch"] as const;
/** One of `listNames`. */
export type ListName = (typeof listNames)[number];

/** One entry of a list. */
export interface AccessEntry {
  readonly entryId: string;
  readonly list: ListName;
  readonly kind: ListedKind;
  /** In the form of `canonicalValue`. */
  readonly value: string;
  /** For people; may be empty. */
  readonly comment: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** From when on it no longer counts; undefined: never ends. */
  readonly expiresAt: number | undefined;
}

/** An entry that an attempt is on. */
export interface Match {
  readonly kind: ListedKind;
  readonly value: string;
  readonly comment?: string;
}

/** The entries that an attempt is on, by list; lists that it is not on are absent. */
export type Listed = { readonly [K in ListName]?: readonly Match[] };

/** What of an attempt can be on a list; absent: not given or not known. */
export interface Listable {
  readonly user?: string | undefined;
  readonly deviceId?: string | undefined;
  readonly ip?: IpAddress | undefined;
  readonly asn?: number | undefined;
  readonly country?: string | undefined;
  /** Lower case. */
  readonly emailDomain?: string | undefined;
}

/** A project's lists, ready to be asked; immutable. */
export interface AccessLists {
  /** How many entries there are. */
  readonly size: number;
  /** The entries in force at an instant that the attempt is on; undefined when there is none. */
  match(attempt: Listable, now: number): Listed | undefined;
}

const valueRules: Readonly<
  Record<ListedKind, { canonical: (text: string) => string | undefined; wanted: string }>
> = {
  user: {
    canonical: (text) => (/^[^\p{Cc}]{1,256}$/u.test(text) && text.isWellFormed() ? text : undefined),
    wanted: "the caller's id of a user, 1 to 256 characters",
  },
  device: {
    canonical: (text) =>
      /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text) ? text.toLowerCase() : undefined,
    wanted: "a fingerprint_id, such as 01890a5d-ac96-774b-bcce-b302099a8057",
  },
  address: {
    canonical: (text) => parseCidr(text)?.text,
    wanted:
      "an address or a range such as 203.0.113.0/24 or 2001:db8::/32; ranges from /8 (IPv4) and /16 (IPv6) on",
  },
  network: {
    canonical: (text) => {
      const [, digits] = /^(?:AS)?([1-9]\d{0,9})$/i.exec(text) ?? [];
      return digits !== undefined && Number(digits) < 2 ** 32 ? digits : undefined;
    },
    wanted: "an autonomous system number, such as AS2119",
  },
  country: {
    canonical: (text) => (/^[a-z]{2}$/i.test(text) ? text.toUpperCase() : undefined),
    wanted: "an ISO 3166-1 alpha-2 code, such as NO",
  },
  email_domain: {
    canonical: (text) =>
      text.length <= 253 && /^@?[^\s@\p{C}.]+(\.[^\s@\p{C}.]+)+$/u.test(text)
        ? text.replace(/^@/, "").toLowerCase()
        : undefined,
    wanted: "the part of an e-mail address after the @, such as example.com; its subdomains are not meant",
  },
};

/** The one form in which a value is kept and compared; undefined where it is no value of this kind. */
export function canonicalValue(kind: ListedKind, text: string): string | undefined {
  return valueRules[kind].canonical(text);
}

/** What a value of a kind looks like, in words that follow "must be". */
export function wantedValue(kind: ListedKind): string {
  return valueRules[kind].wanted;
}

/** Makes a project's entries ready to be asked. */
export function createAccessLists(entries: readonly AccessEntry[]): AccessLists {
  const exact = new Map<string, AccessEntry[]>();
  const ranges = cidrTable<AccessEntry>();
  for (const entry of entries) {
    if (entry.kind === "address") {
      const range = parseCidr(entry.value);
      if (range !== undefined) ranges.add(range, entry);
      continue;
    }
    const key = keyOf(entry.kind, entry.value);
    const known = exact.get(key);
    if (known === undefined) exact.set(key, [entry]);
    else known.push(entry);
  }
  const look = (kind: ListedKind, value: string | number | undefined, into: AccessEntry[]) => {
    const found = value === undefined ? undefined : exact.get(keyOf(kind, value));
    if (found !== undefined) into.push(...found);
  };
  return {
    size: entries.length,
    match(attempt, now) {
      if (entries.length === 0) return undefined;
      const found: AccessEntry[] = [];
      if (exact.size > 0) {
        look("user", attempt.user, found);
        look("device", attempt.deviceId, found);
        look("network", attempt.asn, found);
        look("country", attempt.country, found);
        look("email_domain", attempt.emailDomain, found);
      }
      if (attempt.ip !== undefined) ranges.find(attempt.ip, found);
      return sorted(found.filter(({ expiresAt }) => expiresAt === undefined || now < expiresAt));
    },
  };
}

const keyOf = (kind: ListedKind, value: string | number) => `${kind} ${value}`;

function sorted(entries: readonly AccessEntry[]): Listed | undefined {
  if (entries.length === 0) return undefined;
  const listed: { [K in ListName]?: Match[] } = {};
  for (const { list, kind, value, comment } of entries) {
    const matches = listed[list] ?? [];
    matches.push(comment === "" ? { kind, value } : { kind, value, comment });
    listed[list] = matches;
  }
  return listed;
}

/** Evidence of being on a list: the first entry, and how many there are; undefined when there is none. */
export function evidenceOfListed(matches: readonly Match[] | undefined): Evidence | undefined {
  const first = matches?.[0];
  if (matches === undefined || first === undefined) return undefined;
  return {
    kind: first.kind,
    entry: first.value,
    ...(first.comment === undefined ? {} : { comment: first.comment }),
    ...(matches.length === 1 ? {} : { entry_count: matches.length }),
  };
}
