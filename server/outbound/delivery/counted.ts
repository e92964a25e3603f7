import type { ChannelName } from "../../challenge/challenge.js";
import type { Metrics } from "../../metrics.js";
import { type Channel, DeliveryError } from "./delivery.js";

/** The same channel, whose messages are counted by what became of them. */
export function counted(channel: Channel, name: ChannelName, metrics: Metrics): Channel {
  return {
    async send(message) {
      const count = (outcome: string) =>
        metrics.messageSent({ channel: name, kind: message.content.kind, outcome });
      try {
        const receipt = await channel.send(message);
        count("taken");
        return receipt;
      } catch (error) {
        count(error instanceof DeliveryError ? error.outcome : "unknown");
        throw error;
      }
    },
    close: () => channel.close(),
  };
}
