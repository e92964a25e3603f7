import type { ChannelName } from "../challenge/challenge.js";
import type { ChannelContacts, Contacts, KeptContact } from "../challenge/contacts.js";
import type { Keys } from "../keys.js";
import type { CopyPlace, SealedCopy, SealedStore, UserContacts } from "../store/sealed-store.js";
import { contactBook } from "./contact-book.js";

/** What a walk over all contacts has done so far. */
export interface Resealed {
  /** Rows that were looked at, in this walk. */
  readonly looked: number;
  /** Contacts that lie under the newest key now and did not before. */
  readonly resealed: number;
  /** Contacts of rows that somebody else was changing; the next walk takes them. */
  readonly left: number;
  /** Contacts under a key that is not configured; they stay as they are. */
  readonly lost: number;
}

/** Rows of one part: some milliseconds of work for the database. */
const limit = 500;
/** Walks until nothing is left behind; each takes what calls were changing during the one before. */
const maxWalks = 20;

/**
 * Seals all contacts under the newest master key, beside running servers, a part at a time. What is done already is passed over, so one that was
 * killed can be run again. Answers the sums; `left` above 0 means that it has to be run once more.
 */
export async function reseal(
  { keys, sealed }: { keys: Keys; sealed: SealedStore },
  progress: (done: Resealed) => void,
): Promise<Resealed> {
  const isStale = (text: string) => text !== "" && !text.startsWith(`${keys.id}.`);
  const isReadable = (text: string) => keys.ids.some((id) => text.startsWith(`${id}.`));

  let done: Resealed = { looked: 0, resealed: 0, left: 0, lost: 0 };
  const add = (part: Partial<Resealed>) => {
    done = {
      looked: done.looked + (part.looked ?? 0),
      resealed: done.resealed + (part.resealed ?? 0),
      left: done.left + (part.left ?? 0),
      lost: done.lost + (part.lost ?? 0),
    };
    progress(done);
  };

  const renewContact = (projectId: string, channel: ChannelName, kept: KeptContact): KeptContact => {
    if (!isStale(kept.sealed) || !isReadable(kept.sealed)) return kept;
    const book = contactBook(keys, projectId);
    return { ...kept, ...book.anew(channel, book.open(kept.sealed)) };
  };
  const renewUser = ({ projectId, contacts, ...user }: UserContacts): UserContacts => {
    const renewed: Partial<Record<ChannelName, ChannelContacts>> = {};
    for (const channel of ["email", "sms"] as const) {
      const { known, changed } = contacts[channel] ?? {};
      if (known === undefined && changed === undefined) continue;
      renewed[channel] = {
        ...(known === undefined ? {} : { known: renewContact(projectId, channel, known) }),
        ...(changed === undefined ? {} : { changed: renewContact(projectId, channel, changed) }),
      };
    }
    return { ...user, projectId, contacts: renewed };
  };
  const sealedIn = (contacts: Contacts): readonly string[] =>
    Object.values(contacts).flatMap(({ known, changed }) =>
      [known, changed].flatMap((kept) => (kept === undefined ? [] : [kept.sealed])),
    );

  async function walkUsers(): Promise<void> {
    for (let after: UserContacts | undefined; ; ) {
      const part: readonly UserContacts[] = await sealed.users(after, limit);
      after = part.at(-1);
      if (after === undefined) return;
      const stale = part.flatMap(({ contacts }) => sealedIn(contacts).filter(isStale));
      const change = part.filter(({ contacts }) =>
        sealedIn(contacts).some((text) => isStale(text) && isReadable(text)),
      );
      const put = change.length === 0 ? 0 : await sealed.putUsers(change.map(renewUser));
      add({
        looked: part.length,
        resealed: put,
        left: change.length - put,
        lost: stale.filter((text) => !isReadable(text)).length,
      });
    }
  }

  async function walkCopies(place: CopyPlace): Promise<void> {
    for (let after: SealedCopy | undefined; ; ) {
      const part: readonly SealedCopy[] = await sealed.copies(place, after, limit);
      after = part.at(-1);
      if (after === undefined) return;
      const stale = part.filter((copy) => isStale(copy.sealed));
      const change = stale.filter((copy) => isReadable(copy.sealed));
      const fresh = change.map((copy) => {
        const book = contactBook(keys, copy.projectId);
        return { ...copy, fresh: book.anew(copy.channel, book.open(copy.sealed)).sealed };
      });
      const put = fresh.length === 0 ? 0 : await sealed.putCopies(place, fresh);
      add({
        looked: part.length,
        resealed: put,
        left: change.length - put,
        lost: stale.length - change.length,
      });
    }
  }

  for (let walk = 1; ; walk++) {
    const before = done.resealed;
    done = { ...done, looked: 0, left: 0, lost: 0 };
    // Users first: new challenges take their contacts from them.
    await walkUsers();
    await walkCopies("challenges");
    await walkCopies("notices");
    if ((done.left === 0 && done.resealed === before) || walk === maxWalks) return done;
  }
}
