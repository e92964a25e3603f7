import { describe, expect, test, vi } from "vitest";
import { createBatch } from "./batch.js";
import { AppError } from "./errors.js";

/** A `run` whose batches end when the test says so. */
function controlled() {
  const batches: { readonly requests: readonly number[]; end(): void; fail(error: Error): void }[] = [];
  const run = (requests: readonly number[]) =>
    new Promise<readonly number[]>((resolve, reject) => {
      batches.push({ requests, end: () => resolve(requests.map((request) => request * 10)), fail: reject });
    });
  return { batches, run };
}

/** A batch starts in the next turn of the event loop; the second turn is for one that follows another. */
const settle = async () => {
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
};
const options = {
  maxBatch: 3,
  maxInFlight: 1,
  maxWaiting: 5,
  group: () => "all",
  takes: () => undefined,
  worksOn: () => undefined,
  expired: () => undefined,
  alone: () => false,
};

describe("a batch", () => {
  test("starts at once when nothing is under way, and joins what arrives meanwhile", async () => {
    const { batches, run } = controlled();
    const ask = createBatch({ ...options, run });
    const answers = [ask(1)];
    await settle();
    answers.push(...[2, 3, 4, 5].map(ask));
    expect(batches.map((batch) => batch.requests)).toEqual([[1]]);
    batches[0]?.end();
    await settle();
    expect(batches.map((batch) => batch.requests)).toEqual([[1], [2, 3, 4]]);
    batches[1]?.end();
    await settle();
    batches[2]?.end();
    expect(await Promise.all(answers)).toEqual([10, 20, 30, 40, 50]);
  });

  test("joins what arrives in one turn, while another is under way", async () => {
    const { batches, run } = controlled();
    const ask = createBatch({ ...options, maxInFlight: 2, run });
    for (const request of [1, 2, 3]) void ask(request);
    expect(batches.map((batch) => batch.requests)).toEqual([[1]]);
    await settle();
    expect(batches.map((batch) => batch.requests)).toEqual([[1], [2, 3]]);
  });

  test("gathers for a while where that is asked, also when nothing is under way", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    try {
      const { batches, run } = controlled();
      const ask = createBatch({ ...options, gatherMs: 50, run });
      const answers = [ask(1)];
      vi.advanceTimersByTime(49);
      answers.push(ask(2));
      await settle();
      expect(batches).toEqual([]);
      vi.advanceTimersByTime(1);
      expect(batches.map((batch) => batch.requests)).toEqual([[1, 2]]);
      answers.push(ask(3));
      batches[0]?.end();
      await settle();
      expect(batches).toHaveLength(1);
      vi.advanceTimersByTime(50);
      batches[1]?.end();
      expect(await Promise.all(answers)).toEqual([10, 20, 30]);
    } finally {
      vi.useRealTimers();
    }
  });

  test("does not gather while a whole batch waits already", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    try {
      const { batches, run } = controlled();
      const ask = createBatch({ ...options, gatherMs: 50, run });
      for (const request of [1, 2, 3, 4]) void ask(request);
      vi.advanceTimersByTime(50);
      for (const request of [5, 6, 7]) void ask(request);
      batches[0]?.end();
      await settle();
      expect(batches.map((batch) => batch.requests)).toEqual([
        [1, 2, 3],
        [4, 5, 6],
      ]);
      batches[1]?.end();
      await settle();
      expect(batches).toHaveLength(2);
      vi.advanceTimersByTime(50);
      expect(batches[2]?.requests).toEqual([7]);
    } finally {
      vi.useRealTimers();
    }
  });

  test("keeps several under way where that is allowed", async () => {
    const { batches, run } = controlled();
    const ask = createBatch({ ...options, maxInFlight: 2, run });
    for (const request of [1, 2, 3]) {
      void ask(request);
      await settle();
    }
    expect(batches.map((batch) => batch.requests)).toEqual([[1], [2]]);
  });

  test("refuses at once what is more than may wait", async () => {
    const { batches, run } = controlled();
    const ask = createBatch({ ...options, maxWaiting: 2, run });
    const first = [ask(1), ask(2), ask(3)];
    await expect(ask(4)).rejects.toMatchObject({ reason: "overloaded", retryAfterSeconds: 1 });
    batches[0]?.end();
    await settle();
    batches[1]?.end();
    expect(await Promise.all(first)).toEqual([10, 20, 30]);
  });

  test("one bad request does not fail its batch mates", async () => {
    const run = async (requests: readonly number[]) => {
      if (requests.includes(2)) throw new Error("bad value");
      return requests.map((request) => request * 10);
    };
    const ask = createBatch({ ...options, alone: () => true, run });
    const answers = await Promise.allSettled([1, 3, 2, 4].map(ask));
    expect(answers.map((answer) => answer.status)).toEqual([
      "fulfilled",
      "fulfilled",
      "rejected",
      "fulfilled",
    ]);
  });

  test("fails as a whole when the fault is not in a request", async () => {
    const { batches, run } = controlled();
    const ask = createBatch({ ...options, run });
    const answers = Promise.allSettled([1, 2, 3].map(ask));
    batches[0]?.end();
    await settle();
    batches[1]?.fail(new Error("gone"));
    expect((await answers).map((answer) => answer.status)).toEqual(["fulfilled", "rejected", "rejected"]);
  });

  test("never joins requests of different groups", () => {
    const { batches, run } = controlled();
    const ask = createBatch({
      ...options,
      run,
      group: (request: number) => (request % 2 === 0 ? "even" : "odd"),
    });
    for (const request of [1, 2, 3, 4]) void ask(request);
    batches[0]?.end();
    expect(batches.map((batch) => batch.requests)).toEqual([[1], [2]]);
  });

  test("keeps requests that take the same thing apart, in their order", async () => {
    const { batches, run } = controlled();
    const ask = createBatch({ ...options, run, takes: (request: number) => `key ${request % 10}` });
    for (const request of [1, 2, 12, 3]) void ask(request);
    batches[0]?.end();
    await settle();
    batches[1]?.end();
    await settle();
    expect(batches.map((batch) => batch.requests)).toEqual([[1], [2, 3], [12]]);
  });

  test("lets requests that work on the same thing share a batch, and never be in two at once", async () => {
    const { batches, run } = controlled();
    const ask = createBatch({
      ...options,
      maxInFlight: 2,
      run,
      worksOn: (request: number) => `user ${request % 10}`,
    });
    for (const request of [1, 11, 2, 21, 3]) void ask(request);
    await settle();
    expect(batches.map((batch) => batch.requests)).toEqual([[1], [2, 3]]);
    batches[1]?.end();
    await settle();
    expect(batches.map((batch) => batch.requests)).toEqual([[1], [2, 3]]);
    batches[0]?.end();
    await settle();
    expect(batches.map((batch) => batch.requests)).toEqual([[1], [2, 3], [11, 21]]);
  });

  test("does not start what nobody waits for any more", async () => {
    const { batches, run } = controlled();
    let late = false;
    const expired = () => (late ? new AppError("deadline_exceeded", "late") : undefined);
    const ask = createBatch({ ...options, run, expired });
    const answers = Promise.allSettled([1, 2, 3].map(ask));
    late = true;
    batches[0]?.end();
    expect((await answers).map((answer) => answer.status)).toEqual(["fulfilled", "rejected", "rejected"]);
    expect(batches).toHaveLength(1);
  });
});
