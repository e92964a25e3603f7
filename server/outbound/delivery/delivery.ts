import type { ChannelName, Language } from "../../challenge/challenge.js";

/** One code on its way to a user. */
export interface CodeMessage {
  /** E-mail address or phone number, in clear; never logged. */
  readonly to: string;
  readonly code: string;
  readonly language: Language;
  /** The project's name, as the user knows it. */
  readonly brand: string;
  readonly validMinutes: number;
}

/** A means of sending codes. */
export interface Channel {
  /** Hands the message to the provider. Resolves when it was taken; rejects when it was not, or when the provider's time is over. */
  send(message: CodeMessage): Promise<void>;
  /** Lets go of connections. */
  close(): void;
}

/** The channels that this server can use. */
export type Channels = Readonly<Partial<Record<ChannelName, Channel>>>;
