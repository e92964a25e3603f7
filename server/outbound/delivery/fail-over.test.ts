import { expect, test } from "vitest";
import { silentLog } from "../../log.js";
import { DeliveryError, type Message, type Provider } from "./delivery.js";
import { failOver } from "./fail-over.js";

const message: Message = {
  deliveryId: "01890a5d-ac96-774b-bcce-b302099a8057",
  to: "ann@example.com",
  language: "en",
  brand: "Acme",
  content: { kind: "code", code: "123456", validMinutes: 10 },
};

/** A provider that does one thing after the other, the last for ever, and when it was asked. */
function provider(...deeds: readonly (DeliveryError | "take")[]): Provider & { readonly askedAt: number[] } {
  const askedAt: number[] = [];
  return {
    name: "fake",
    askedAt,
    async send() {
      askedAt.push(performance.now());
      const deed = deeds[Math.min(askedAt.length, deeds.length) - 1];
      if (deed instanceof DeliveryError) throw deed;
      return { provider: "fake" };
    },
    close() {},
  };
}

const channelOf = (providers: readonly Provider[], random = 0) =>
  failOver(providers, {
    channel: "email",
    clock: { now: () => 0 },
    log: silentLog,
    patienceMs: 5_000,
    random: () => random,
  });

const busy = () => new DeliveryError("status 503", "refused", true);
const refused = () => new DeliveryError("status 400", "refused", false);
const silent = () => new DeliveryError("no answer within 5000 ms", "unknown", true);

test.each([
  [0, 50],
  [0.5, 150],
  [0.999, 249],
])("the one retry waits from 50 to 250 ms, as chance has it: %d is %d ms", async (random, leastMs) => {
  const one = provider(busy(), "take");
  await channelOf([one], random).send(message);
  const [first = 0, second = 0] = one.askedAt;
  expect(one.askedAt).toHaveLength(2);
  // Timers are exact to a millisecond.
  expect(second - first).toBeGreaterThanOrEqual(leastMs - 2);
});

test("nobody is asked a third time", async () => {
  const [one, two] = [provider(busy()), provider(busy())];
  await expect(channelOf([one, two]).send(message)).rejects.toMatchObject({
    outcome: "refused",
    transient: true,
  });
  expect([one, two].map(({ askedAt }) => askedAt.length)).toEqual([2, 2]);
});

test.each([
  ["refused for good", refused()],
  ["may have been taken", silent()],
])("what was %s is not offered again to the same provider", async (_, failure) => {
  const [one, two] = [provider(failure), provider("take")];
  await channelOf([one, two]).send(message);
  expect([one, two].map(({ askedAt }) => askedAt.length)).toEqual([1, 1]);
});

test("where one of them may have taken it, nobody says that it was refused", async () => {
  await expect(channelOf([provider(silent()), provider(refused())]).send(message)).rejects.toMatchObject({
    outcome: "unknown",
  });
});
