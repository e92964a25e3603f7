import { setTimeout as wait } from "node:timers/promises";
import type { ChannelName } from "../../challenge/challenge.js";
import type { Clock, Instant } from "../../clock.js";
import type { Log } from "../../log.js";
import { type Channel, DeliveryError, type Message, type Provider, type Receipt } from "./delivery.js";

/** How long a provider that failed is asked last. */
const restMs = 30_000;
/** Bounds of the pause before the one retry, so that many servers do not come back at the same instant. */
const retryAfterMs = { least: 50, most: 250 };

/** What failing over needs. */
export interface FailOverDeps {
  readonly channel: ChannelName;
  readonly clock: Clock;
  readonly log: Log;
  /** No further attempt begins when this much time has passed. */
  readonly patienceMs: number;
  /** Evenly from 0 up to, not including, 1. */
  readonly random: () => number;
}

function asDeliveryError(error: unknown): DeliveryError {
  return error instanceof DeliveryError
    ? error
    : new DeliveryError(error instanceof Error ? error.name : "fault", "unknown", false);
}

/**
 * Several providers as one channel: in their order, those that failed of late last. A message that was certainly not taken is offered once
 * more after a pause; then the next provider gets it, also when the answer did not come, for the user waits: the code is the same in both.
 */
export function failOver(providers: readonly Provider[], deps: FailOverDeps): Channel {
  const { channel, clock, log, patienceMs, random } = deps;
  const restingUntil = new Map<Provider, Instant>();

  const inOrder = (): readonly Provider[] => {
    const now = clock.now();
    const rests = (provider: Provider) => (restingUntil.get(provider) ?? 0) > now;
    return [
      ...providers.filter((provider) => !rests(provider)),
      ...providers.filter((provider) => rests(provider)),
    ];
  };

  async function offer(provider: Provider, message: Message, again: boolean): Promise<Receipt> {
    try {
      const receipt = await provider.send(message);
      restingUntil.delete(provider);
      return receipt;
    } catch (thrown) {
      const error = asDeliveryError(thrown);
      log.warn(
        { channel, provider: provider.name, outcome: error.outcome, fault: error.message },
        "a provider did not take a message",
      );
      if (again && error.transient && error.outcome === "refused") {
        await wait(retryAfterMs.least + random() * (retryAfterMs.most - retryAfterMs.least));
        return offer(provider, message, false);
      }
      if (error.transient || error.outcome === "unknown") restingUntil.set(provider, clock.now() + restMs);
      throw error;
    }
  }

  return {
    async send(message) {
      const startedAt = performance.now();
      const failures: DeliveryError[] = [];
      for (const provider of inOrder()) {
        if (failures.length > 0 && performance.now() - startedAt >= patienceMs) break;
        try {
          return await offer(provider, message, true);
        } catch (error) {
          failures.push(asDeliveryError(error));
        }
      }
      throw new DeliveryError(
        failures.map((failure) => failure.message).join("; "),
        failures.some((failure) => failure.outcome === "unknown") ? "unknown" : "refused",
        failures.some((failure) => failure.transient),
      );
    },
    close() {
      for (const provider of providers) provider.close();
    },
  };
}
