import type { ChannelName, Language } from "../../challenge/challenge.js";
import type { Instant } from "../../clock.js";

/** What a message says. */
export type Content =
  | {
      readonly kind: "code";
      readonly code: string;
      readonly validMinutes: number;
      /** The project's own sentence in place of ours; see `messageSettings`. */
      readonly sentence?: string;
    }
  | {
      /** To the old contact: somebody gave another one. */
      readonly kind: "contact_changed";
      readonly changed: ChannelName;
      /** For how long the old one goes on getting the codes. */
      readonly cooldownHours: number;
    }
  | {
      /** After a completed challenge. */
      readonly kind: "was_this_you";
      readonly at: Instant;
      /** Where to report the attempt with one click; absent where the server does not know its public address. */
      readonly reportUrl?: string;
    };

/** One message to one user. */
export interface Message {
  /** Our id of this delivery; safe to give to the provider. */
  readonly deliveryId: string;
  /** E-mail address or phone number, in clear; never logged. */
  readonly to: string;
  readonly language: Language;
  /** The application's name, as the user knows it. */
  readonly brand: string;
  /** Display name of the sender of e-mails, where the project set one. */
  readonly senderName?: string;
  readonly content: Content;
  /** Where the provider may report what became of the message. */
  readonly statusUrl?: string;
}

/** A provider took a message. */
export interface Receipt {
  /** Name of the provider, as in the log. */
  readonly provider: string;
  /** The provider's own id of the message, where it gave one. */
  readonly reference?: string;
}

/** `refused`: the message was certainly not taken. `unknown`: it may have been, the answer did not come. */
export type FailedOutcome = "refused" | "unknown";

/** A provider did not take a message. Holds none of the provider's words, which may quote the contact or the text. */
export class DeliveryError extends Error {
  override readonly name = "DeliveryError";
  readonly outcome: FailedOutcome;
  /** Whether the same provider may take the same message a moment later. */
  readonly transient: boolean;

  constructor(facts: string, outcome: FailedOutcome, transient: boolean) {
    super(facts);
    this.outcome = outcome;
    this.transient = transient;
  }
}

/** One way out of the house. */
export interface Provider {
  /** For the log and for delivery reports: the kind and the host, never a credential. */
  readonly name: string;
  /** Hands the message over. Rejects with a DeliveryError when it was not taken within the provider's time. */
  send(message: Message): Promise<Receipt>;
  /** Lets go of connections. */
  close(): void;
}

/** A means of sending messages: one provider, or several that stand in for each other. */
export type Channel = Omit<Provider, "name">;

/** The channels that this server can use. */
export type Channels = Readonly<Partial<Record<ChannelName, Channel>>>;
