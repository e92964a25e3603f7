import { AppError } from "../errors.js";

/** Runs tasks of one name one after the other, in the order in which they came. */
export type Turns = <T>(name: string, task: () => Promise<T>) => Promise<T>;

/**
 * Makes turns. It spares tasks that would collide from doing their work in vain; what keeps them right, also between servers, is the database.
 * Rejects with `conflict` when `most` tasks of one name wait already.
 */
export function createTurns(most: number): Turns {
  const lines = new Map<string, { last: Promise<unknown>; length: number }>();
  return async (name, task) => {
    const line = lines.get(name) ?? { last: Promise.resolve(), length: 0 };
    if (line.length >= most) {
      throw new AppError("conflict", "Too many attempts of this user at the same instant; try again.", {
        retryAfterSeconds: 1,
      });
    }
    const turn = line.length === 0 ? task() : line.last.then(task, task);
    line.length += 1;
    line.last = turn;
    lines.set(name, line);
    try {
      return await turn;
    } finally {
      line.length -= 1;
      if (line.length === 0) lines.delete(name);
    }
  };
}
