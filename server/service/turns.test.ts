import { expect, test } from "vitest";
import { createTurns } from "./turns.js";

test("tasks of one name run one after the other, those of others beside them", async () => {
  const turns = createTurns(10);
  const log: string[] = [];
  const task = (name: string) => async () => {
    log.push(`${name} begins`);
    await new Promise((resolve) => setImmediate(resolve));
    log.push(`${name} ends`);
    return name;
  };
  const answers = await Promise.all([turns("a", task("a1")), turns("a", task("a2")), turns("b", task("b1"))]);
  expect(answers).toEqual(["a1", "a2", "b1"]);
  expect(log).toEqual(["a1 begins", "b1 begins", "a1 ends", "a2 begins", "b1 ends", "a2 ends"]);
});

test("one that fails does not stop those behind it", async () => {
  const turns = createTurns(10);
  const failing = turns("a", async () => {
    throw new Error("no");
  });
  const next = turns("a", async () => "yes");
  await expect(failing).rejects.toThrow("no");
  expect(await next).toBe("yes");
});

test("too many of one name are refused at once", async () => {
  const turns = createTurns(2);
  const first = turns("a", async () => 1);
  const second = turns("a", async () => 2);
  await expect(turns("a", async () => 3)).rejects.toMatchObject({ reason: "conflict" });
  expect(await turns("b", async () => 4)).toBe(4);
  expect(await Promise.all([first, second])).toEqual([1, 2]);
});
