import type { ChannelName } from "./challenge.js";

/** A contact as it is kept: a keyed hash to compare by, and the sealed text to send to. */
export interface KeptContact {
  readonly hash: string;
  readonly sealed: string;
  /** Since when it is known, in milliseconds since 1970. */
  readonly since: number;
}

/** What is kept for one channel of a user: the contact that codes go to, and one that may take its place after a cooldown. */
export interface ChannelContacts {
  readonly known?: KeptContact;
  readonly changed?: KeptContact;
}

/** What is kept of a user's contacts. */
export type Contacts = Readonly<Partial<Record<ChannelName, ChannelContacts>>>;

/** A contact that came with an attempt. */
export interface GivenContact {
  readonly hash: string;
  /** The same under former master keys; one that is kept under those is kept anew. */
  readonly formerHashes: readonly string[];
  /** Seals it; called only when it has to be kept. */
  readonly seal: () => string;
}

/** What an attempt does to the contacts. */
export interface SettledContacts {
  readonly contacts: Contacts;
  /** Sealed destinations that codes may go to now. */
  readonly eligible: Readonly<Partial<Record<ChannelName, string>>>;
  /** Channels whose given contact is not the known one. */
  readonly changed: readonly ChannelName[];
}

const channels: readonly ChannelName[] = ["email", "sms"];

/**
 * Decides where codes may go: to a contact that was known for the user before this attempt, or to those that came with it when none at all
 * was known. Any other contact, also the first of a second channel, waits out the cooldown from when it was first given, and the known one
 * goes on getting the codes; otherwise whoever can change a contact could redirect the code.
 */
export function settleContacts(
  kept: Contacts,
  given: Readonly<Partial<Record<ChannelName, GivenContact>>>,
  now: number,
  cooldownMs: number,
): SettledContacts {
  const noneKnown = channels.every((channel) => kept[channel]?.known === undefined);
  const contacts: Partial<Record<ChannelName, ChannelContacts>> = {};
  const eligible: Partial<Record<ChannelName, string>> = {};
  const changed: ChannelName[] = [];
  for (const channel of channels) {
    const settled = settleChannel(kept[channel] ?? {}, given[channel], { noneKnown, now, cooldownMs });
    if (settled.known !== undefined || settled.changed !== undefined) contacts[channel] = settled;
    if (settled.known !== undefined) eligible[channel] = settled.known.sealed;
    if (given[channel] !== undefined && settled.changed !== undefined) changed.push(channel);
  }
  return { contacts, eligible, changed };
}

function settleChannel(
  kept: ChannelContacts,
  given: GivenContact | undefined,
  { noneKnown, now, cooldownMs }: { noneKnown: boolean; now: number; cooldownMs: number },
): ChannelContacts {
  if (given === undefined) return kept;
  const known = renewed(kept.known, given);
  const changed = renewed(kept.changed, given);
  if (known?.hash === given.hash) return { known };
  if (changed?.hash === given.hash) {
    if (now - changed.since >= cooldownMs) return { known: changed };
    return known === undefined ? { changed } : { known, changed };
  }
  const fresh: KeptContact = { hash: given.hash, sealed: given.seal(), since: now };
  if (noneKnown || cooldownMs === 0) return { known: fresh };
  return known === undefined ? { changed: fresh } : { known, changed: fresh };
}

/** A kept contact that is the given one under a former master key, under the newest; any other as it is. */
function renewed(kept: KeptContact | undefined, given: GivenContact): KeptContact | undefined {
  if (kept === undefined || !given.formerHashes.includes(kept.hash)) return kept;
  return { hash: given.hash, sealed: given.seal(), since: kept.since };
}

/** A contact that somebody wants to replace, and the channel of the new one. */
export interface ReplacedContact {
  readonly channel: ChannelName;
  /** The old contact. */
  readonly sealed: string;
}

/**
 * The known contacts whose owners should hear that an attempt gave another one: once for a new one, and not again for further ones within the
 * cooldown (or an hour, where it is shorter), so that nobody can flood an owner.
 */
export function replacedContacts(
  before: Contacts,
  after: Contacts,
  cooldownMs: number,
): readonly ReplacedContact[] {
  const quietMs = Math.max(cooldownMs, 3_600_000);
  return channels.flatMap((channel) => {
    const known = before[channel]?.known;
    const { known: present, changed } = after[channel] ?? {};
    if (known === undefined) return [];
    const former = before[channel]?.changed;
    const newcomer = changed ?? (present?.since === known.since ? undefined : present);
    if (newcomer === undefined || newcomer.since === former?.since) return [];
    const last = former?.since ?? known.since;
    const quiet = former === undefined && changed !== undefined ? false : newcomer.since - last < quietMs;
    return quiet ? [] : [{ channel, sealed: known.sealed }];
  });
}
