import { AppError } from "./errors.js";

/** How much is joined. */
export interface Batching {
  /** Most requests of one batch. */
  readonly maxBatch: number;
  /** Most batches of one group under way at once. */
  readonly maxInFlight: number;
  /** Most requests that wait, over all groups; one more is refused at once. */
  readonly maxWaiting: number;
  /**
   * How long a batch gathers requests before it starts, unless it is whole when the one before it ends: for those that nobody waits for. Default 0:
   * the first starts at once.
   */
  readonly gatherMs?: number;
}

/** How requests are joined. */
export interface BatchOptions<Request, Answer> extends Batching {
  /** Handles several requests of one group in one go and answers them in the same order. When it rejects, `alone` says what to do. */
  readonly run: (requests: readonly Request[]) => Promise<readonly Answer[]>;
  /** Requests of different groups never share a batch. */
  readonly group: (request: Request) => string;
  /** What a request alone may take; two that take the same thing never share a batch. */
  readonly takes: (request: Request) => string | undefined;
  /** What a request works on; those that work on the same thing may share a batch, but never are in two that are under way at once. */
  readonly worksOn: (request: Request) => string | undefined;
  /** A request that nobody waits for any more, by the time its batch starts, is rejected with this. */
  readonly expired: (request: Request) => AppError | undefined;
  /** Whether a batch that failed like this is to be tried request by request, so that one bad request does not fail the others. */
  readonly alone: (error: unknown) => boolean;
}

interface Waiting<Request, Answer> {
  readonly request: Request;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

interface Group<Request, Answer> {
  waiting: Waiting<Request, Answer>[];
  inFlight: number;
  /** The next turn looks for a batch. */
  due: boolean;
  /** What the batches under way work on. */
  readonly held: Set<string>;
}

/**
 * Joins concurrent requests. A request that finds nothing of its group under way starts at once; those that arrive while others are under way form
 * the next batch, which starts with the next turn of the event loop when fewer than `maxInFlight` are. So an idle server adds no delay, and a busy
 * one pays for one statement where there were many. Rejects with `overloaded` when too many wait already.
 */
export function createBatch<Request, Answer>(
  options: BatchOptions<Request, Answer>,
): (request: Request) => Promise<Answer> {
  const { run, group: groupOf, takes, worksOn, expired, maxBatch, maxInFlight, maxWaiting, alone } = options;
  const { gatherMs = 0 } = options;
  const groups = new Map<string, Group<Request, Answer>>();
  let waitingInAll = 0;

  const runOne = async ({ request, resolve, reject }: Waiting<Request, Answer>): Promise<void> => {
    try {
      const [answer] = await run([request]);
      resolve(answer as Answer);
    } catch (error) {
      reject(error);
    }
  };

  const runAll = async (batch: readonly Waiting<Request, Answer>[]): Promise<void> => {
    try {
      const answers = await run(batch.map(({ request }) => request));
      if (answers.length !== batch.length) {
        throw new Error(`a batch of ${batch.length} got ${answers.length} answers`);
      }
      for (const [index, { resolve }] of batch.entries()) resolve(answers[index] as Answer);
    } catch (error) {
      if (batch.length > 1 && alone(error)) await Promise.all(batch.map(runOne));
      else for (const { reject } of batch) reject(error);
    }
  };

  /** Takes the next batch out of those that wait: in their order, but for what collides with one taken before or under way. */
  const take = (group: Group<Request, Answer>): readonly Waiting<Request, Answer>[] => {
    const batch: Waiting<Request, Answer>[] = [];
    const rest: Waiting<Request, Answer>[] = [];
    const taken = new Set<string>();
    // Whatever works on something whose turn did not come keeps its place behind it.
    const passed = new Set<string>();
    for (const [index, one] of group.waiting.entries()) {
      if (batch.length === maxBatch) {
        rest.push(...group.waiting.slice(index));
        break;
      }
      const given = expired(one.request);
      const [mine, work] = [takes(one.request), worksOn(one.request)];
      if (given !== undefined) {
        waitingInAll -= 1;
        one.reject(given);
      } else if (
        (mine !== undefined && taken.has(mine)) ||
        (work !== undefined && (group.held.has(work) || passed.has(work)))
      ) {
        if (work !== undefined) passed.add(work);
        rest.push(one);
      } else {
        if (mine !== undefined) taken.add(mine);
        batch.push(one);
      }
    }
    group.waiting = rest;
    waitingInAll -= batch.length;
    return batch;
  };

  const next = (name: string, group: Group<Request, Answer>): void => {
    while (group.inFlight < maxInFlight && group.waiting.length > 0) {
      const batch = take(group);
      if (batch.length === 0) break;
      group.inFlight += 1;
      const holds = new Set(batch.flatMap(({ request }) => worksOn(request) ?? []));
      for (const work of holds) group.held.add(work);
      void runAll(batch).finally(() => {
        group.inFlight -= 1;
        for (const work of holds) group.held.delete(work);
        if (gatherMs > 0 && group.waiting.length >= maxBatch) next(name, group);
        else soon(name, group);
      });
    }
    if (group.inFlight === 0 && group.waiting.length === 0 && groups.get(name) === group) groups.delete(name);
  };

  /** In the next turn of the event loop, or when it has gathered for long enough: what has arrived by then joins. */
  const soon = (name: string, group: Group<Request, Answer>): void => {
    if (group.due) return;
    group.due = true;
    const start = () => {
      group.due = false;
      next(name, group);
    };
    if (gatherMs > 0) setTimeout(start, gatherMs);
    else setImmediate(start);
  };

  return (request) => {
    if (waitingInAll >= maxWaiting) {
      return Promise.reject(
        new AppError("overloaded", "The server has more calls waiting than it can take; try again shortly.", {
          retryAfterSeconds: 1,
        }),
      );
    }
    const name = groupOf(request);
    const group = groups.get(name) ?? { waiting: [], inFlight: 0, due: false, held: new Set() };
    groups.set(name, group);
    return new Promise<Answer>((resolve, reject) => {
      waitingInAll += 1;
      group.waiting.push({ request, resolve, reject });
      if (group.inFlight === 0 && gatherMs === 0) next(name, group);
      else soon(name, group);
    });
  };
}

/** What a call is rejected with whose caller has stopped waiting, by this machine's clock. */
export function pastDeadline(deadlineAt: number | undefined): AppError | undefined {
  if (deadlineAt === undefined || Date.now() < deadlineAt) return undefined;
  return new AppError("deadline_exceeded", "The deadline passed before the call was handled.");
}
