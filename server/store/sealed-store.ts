import type { ChannelName } from "../challenge/challenge.js";
import type { Contacts } from "../challenge/contacts.js";

/** The contacts of a user, as they are kept. */
export interface UserContacts {
  readonly projectId: string;
  readonly userKey: string;
  readonly version: number;
  readonly contacts: Contacts;
}

/** A sealed contact elsewhere: of a challenge, or of a notice that waits. */
export interface SealedCopy {
  readonly projectId: string;
  readonly id: string;
  readonly channel: ChannelName;
  readonly sealed: string;
}

/** Where copies of contacts lie. */
export type CopyPlace = "challenges" | "notices";

/** Walks over all that is sealed, in the order of keys, a bounded part at a time; each change leaves alone what somebody else holds or has changed. */
export interface SealedStore {
  /** Users after the given one; empty at the end. */
  users(after: UserContacts | undefined, limit: number): Promise<readonly UserContacts[]>;
  /** Puts the contacts of those users that still have their version, as a new version. Answers how many. */
  putUsers(users: readonly UserContacts[]): Promise<number>;
  /** The contacts of as many challenges or notices as the limit says, after the given one; empty at the end. */
  copies(place: CopyPlace, after: SealedCopy | undefined, limit: number): Promise<readonly SealedCopy[]>;
  /** Puts `fresh` where `sealed` still lies. Answers how many. */
  putCopies(place: CopyPlace, copies: readonly (SealedCopy & { readonly fresh: string })[]): Promise<number>;
}
