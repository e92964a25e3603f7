import type { ChannelName } from "../../challenge/challenge.js";
import type { Clock, Instant } from "../../clock.js";
import type { Channel } from "./delivery.js";
import { wordingOf } from "./wording.js";

/** A message that the development inbox holds. */
export interface InboxMessage {
  readonly at: Instant;
  readonly channel: ChannelName;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** Absent in a message that brings none. */
  readonly code?: string;
}

/** The development inbox: takes every message, delivers none. Never part of a production server. */
export interface Inbox {
  /** Takes messages of one channel. */
  channel(name: ChannelName): Channel;
  /** The latest messages, newest first. */
  messages(): readonly InboxMessage[];
}

const capacity = 50;

/** Opens an inbox in memory. `announce` is told of each message, for the console. */
export function openInbox(clock: Clock, announce: (message: InboxMessage) => void): Inbox {
  let kept: readonly InboxMessage[] = [];
  return {
    channel: (name) => ({
      async send(message) {
        const { subject, text, short } = wordingOf(message);
        const received: InboxMessage = {
          at: clock.now(),
          channel: name,
          to: message.to,
          subject,
          text: name === "sms" ? short : text,
          ...(message.content.kind === "code" ? { code: message.content.code } : {}),
        };
        kept = [received, ...kept].slice(0, capacity);
        announce(received);
        return { provider: "inbox" };
      },
      close() {},
    }),
    messages: () => kept,
  };
}
