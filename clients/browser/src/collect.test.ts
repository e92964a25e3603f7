import { expect, test } from "vitest";
import { collect, type Timing } from "./collect.js";
import { entryOf } from "./entry.js";
import type { Probe, Source } from "./source.js";

const probe: Probe = {
  browser: refuse,
  hints: refuse,
  canvas: refuse,
  graphics: refuse,
};

function refuse(): never {
  throw new Error("not in this test");
}

/** A clock that moves only when something works or sleeps. */
function steppedTiming(): Timing & { work(ms: number): void; turns: number } {
  let clock = 0;
  return {
    workLimitMs: 100,
    waitLimitMs: 150,
    turnMs: 16,
    turns: 0,
    now: () => clock,
    work: (ms) => {
      clock += ms;
    },
    sleep: async (ms) => {
      clock += ms;
    },
    async giveTurn() {
      this.turns++;
      clock += 10_000;
    },
  };
}

const never = new Promise<never>(() => {});

test("one entry for each source, in the order of the table, whatever becomes of it", async () => {
  const sources: Source[] = [
    { name: "value", read: () => 1 },
    { name: "none", read: () => undefined },
    { name: "throws", read: refuse },
    { name: "uses_probe", read: (given) => given.browser().family },
    { name: "later", read: async () => 2, waits: true },
    { name: "rejects", read: () => Promise.reject(new Error("no")), waits: true },
    { name: "never", read: () => never, waits: true },
    { name: "odd", read: () => Symbol("odd") },
  ];
  expect(await collect(sources, probe, steppedTiming())).toEqual([
    "v:1",
    entryOf("value", 1),
    "none:-",
    "throws:-",
    "uses_probe:-",
    entryOf("later", 2),
    "rejects:-",
    "never:!",
    "odd:-",
  ]);
});

test("sources that wait are asked first", async () => {
  const asked: string[] = [];
  const note = (name: string) => () => {
    asked.push(name);
    return name;
  };
  await collect(
    [
      { name: "a", read: note("a") },
      { name: "b", read: note("b"), waits: true },
      { name: "c", read: note("c") },
    ],
    probe,
    steppedTiming(),
  );
  expect(asked).toEqual(["b", "a", "c"]);
});

test("a source that never answers is waited for no longer than the limit", async () => {
  const timing = steppedTiming();
  await collect([{ name: "never", read: () => never, waits: true }], probe, timing);
  expect(timing.now()).toBeCloseTo(150);
});

test("where each sleep is long, there are few", async () => {
  const timing = steppedTiming();
  const sleepy = { ...timing, sleep: () => timing.sleep(1000) };
  await collect([{ name: "never", read: () => never, waits: true }], probe, sleepy);
  expect(timing.now()).toBe(3000);
});

test("an answer is heard even if the page blocked its thread for longer than the limit", async () => {
  const timing = steppedTiming();
  let answer: (value: number) => void = () => {};
  const blocked = new Promise<number>((resolve) => {
    answer = resolve;
  });
  let sleeps = 0;
  const entries = await collect([{ name: "a", read: () => blocked, waits: true }], probe, {
    ...timing,
    sleep: async (ms) => {
      await timing.sleep(ms + 5000);
      sleeps++;
      if (sleeps === 2) {
        answer(1);
      }
    },
  });
  expect(entries).toEqual(["v:1", entryOf("a", 1)]);
});

test("nothing is waited for when nothing waits, or all have answered", async () => {
  const timing = steppedTiming();
  await collect([{ name: "a", read: () => 1 }], probe, timing);
  expect(timing.now()).toBe(0);
});

test("no source is begun once the work limit is reached, and the page's own time does not count", async () => {
  const timing = steppedTiming();
  const slow = (name: string, ms: number): Source => ({
    name,
    read: () => {
      timing.work(ms);
      return ms;
    },
  });
  const entries = await collect([slow("a", 60), slow("b", 60), slow("c", 1), slow("d", 1)], probe, timing);
  expect(entries).toEqual(["v:1", entryOf("a", 60), entryOf("b", 60), "c:!", "d:!"]);
  expect(timing.turns).toBe(1);
});

test("an answer that comes too late changes nothing", async () => {
  let answer: (value: number) => void = () => {};
  const late = new Promise<number>((resolve) => {
    answer = resolve;
  });
  const entries = await collect([{ name: "late", read: () => late, waits: true }], probe, steppedTiming());
  answer(1);
  await late;
  expect(entries).toEqual(["v:1", "late:!"]);
});

test("a promise of a framework's own kind is waited for", async () => {
  // biome-ignore lint/suspicious/noThenProperty: that is what is tested
  const thenable = Object.defineProperty({}, "then", {
    value: (resolve: (value: number) => void) => resolve(3),
  });
  const entries = await collect([{ name: "a", read: () => thenable, waits: true }], probe, steppedTiming());
  expect(entries).toEqual(["v:1", entryOf("a", 3)]);
});
