import { expect, test } from "vitest";
import { sdk1 } from "../device/dialect.js";
import { type KeptReading, valueAt } from "../device/reading.js";
import { createFrequencies } from "./device-frequencies.js";

const reading: KeptReading = {
  dialect: "v1",
  keyId: "k",
  seenAt: 0,
  reading: Buffer.alloc(6 * sdk1.traits.length, 7),
};

test("a young project is counted anew after seconds, a grown one after minutes, and nobody waits for it", async () => {
  let now = 0;
  let size = 100;
  let counts = 0;
  const frequencies = createFrequencies({
    clock: { now: () => now },
    devices: {
      async sample() {
        counts += 1;
        return Array.from({ length: size }, () => reading);
      },
    },
    failed: (error) => {
      throw error;
    },
  });
  const share = async () => {
    const { share: said } = frequencies("p");
    const before = said(sdk1, 24, valueAt(reading.reading, 24));
    await new Promise(setImmediate);
    return before;
  };
  const assumed = await share();
  expect(await share()).toBeGreaterThan(assumed);
  expect(counts).toBe(1);
  now += 10_000;
  size = 2_000;
  await share();
  expect(counts).toBe(2);
  now += 60_000;
  await share();
  expect(counts).toBe(2);
  now += 540_000;
  await share();
  expect(counts).toBe(3);
});
