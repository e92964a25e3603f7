import type { ChannelName } from "../challenge/challenge.js";
import type { GivenContact } from "../challenge/contacts.js";
import { maskEmail, maskPhone } from "../challenge/mask.js";
import type { Keys } from "../keys.js";

/** An e-mail address in the form in which equal ones are equal: the domain in lower case. */
function normalEmail(email: string): string {
  const at = email.lastIndexOf("@");
  return email.slice(0, at) + email.slice(at).toLowerCase();
}

/** A phone number in the form in which equal ones are equal: its `+` and digits. */
function normalPhone(phone: string): string {
  return phone.replace(/[^+\d]/g, "");
}

/** How contacts of one project are hashed, sealed, opened and shown. */
export interface ContactBook {
  given(contacts: {
    readonly email: string | undefined;
    readonly phone: string | undefined;
  }): Readonly<Partial<Record<ChannelName, GivenContact>>>;
  /** The keyed hashes of an e-mail address, under each master key, newest first. */
  emailHashes(email: string): readonly string[];
  /** Whether the key under which it was sealed is still there; a contact under a dropped one is as good as gone. */
  isReadable(sealed: string): boolean;
  /** The contact in clear, to send to. */
  open(sealed: string): string;
  /** The contact as people may see it; undefined when it is not readable. */
  masked(channel: ChannelName, sealed: string): string | undefined;
  /** Hash and seal of a contact in clear under the newest key. */
  anew(channel: ChannelName, clear: string): { readonly hash: string; readonly sealed: string };
}

/** Opens the contacts of a project. */
export function contactBook(keys: Keys, projectId: string): ContactBook {
  const context = `contact:${projectId}`;
  const hash = (channel: ChannelName, contact: string) =>
    keys.mac("contact", projectId, channel, contact.toLowerCase()).toString("base64url");
  const hashes = (channel: ChannelName, contact: string) =>
    keys.macs("contact", projectId, channel, contact.toLowerCase()).map((mac) => mac.toString("base64url"));
  const given = (channel: ChannelName, contact: string): GivenContact => {
    const [newest = "", ...former] = hashes(channel, contact);
    return {
      hash: newest,
      formerHashes: former,
      seal: () => keys.seal(contact, context),
    };
  };
  const open = (sealed: string) => keys.open(sealed, context);
  const isReadable = (sealed: string) => keys.ids.includes(sealed.split(".", 1)[0] ?? "");
  return {
    given: ({ email, phone }) => ({
      ...(email === undefined ? {} : { email: given("email", normalEmail(email)) }),
      ...(phone === undefined ? {} : { sms: given("sms", normalPhone(phone)) }),
    }),
    emailHashes: (email) => hashes("email", normalEmail(email)),
    isReadable,
    open,
    masked(channel, sealed) {
      if (!isReadable(sealed)) return undefined;
      return channel === "email" ? maskEmail(open(sealed)) : maskPhone(open(sealed));
    },
    anew: (channel, clear) => ({ hash: hash(channel, clear), sealed: keys.seal(clear, context) }),
  };
}
