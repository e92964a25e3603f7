import { AppError } from "../../errors.js";

/** How requests are joined. */
export interface BatchOptions<Request, Answer> {
  /** Handles several requests of one group in one go and answers them in the same order. When it rejects, `alone` says what to do. */
  readonly run: (requests: readonly Request[]) => Promise<readonly Answer[]>;
  /** Requests of different groups never share a batch. */
  readonly group: (request: Request) => string;
  /** What a request changes; two that change the same thing never share a batch. */
  readonly changes: (request: Request) => readonly string[];
  /** A request that nobody waits for any more, by the time its batch starts, is rejected with this. */
  readonly expired: (request: Request) => AppError | undefined;
  /** Most requests of one batch. */
  readonly maxBatch: number;
  /** Most batches of one group under way at once. */
  readonly maxInFlight: number;
  /** Most requests that wait, over all groups; one more is refused at once. */
  readonly maxWaiting: number;
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
}

/**
 * Joins concurrent requests. A request that finds nothing of its group under way starts at once; those that arrive while `maxInFlight` batches are
 * under way form the next one. So an idle server adds no delay, and a busy one pays for one statement where there were many. Rejects with
 * `overloaded` when too many wait already.
 */
export function createBatch<Request, Answer>(
  options: BatchOptions<Request, Answer>,
): (request: Request) => Promise<Answer> {
  const { run, group: groupOf, changes, expired, maxBatch, maxInFlight, maxWaiting, alone } = options;
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

  /** Takes the next batch out of those that wait: in their order, but for what collides with one taken before. */
  const take = (group: Group<Request, Answer>): readonly Waiting<Request, Answer>[] => {
    const batch: Waiting<Request, Answer>[] = [];
    const rest: Waiting<Request, Answer>[] = [];
    const changed = new Set<string>();
    for (const one of group.waiting) {
      const given = batch.length < maxBatch ? expired(one.request) : undefined;
      const touched = changes(one.request);
      if (given !== undefined) {
        waitingInAll -= 1;
        one.reject(given);
      } else if (batch.length < maxBatch && !touched.some((thing) => changed.has(thing))) {
        for (const thing of touched) changed.add(thing);
        batch.push(one);
      } else rest.push(one);
    }
    group.waiting = rest;
    waitingInAll -= batch.length;
    return batch;
  };

  const next = (name: string, group: Group<Request, Answer>): void => {
    while (group.inFlight < maxInFlight && group.waiting.length > 0) {
      const batch = take(group);
      if (batch.length === 0) continue;
      group.inFlight += 1;
      void runAll(batch).finally(() => {
        group.inFlight -= 1;
        next(name, group);
      });
    }
    if (group.inFlight === 0 && group.waiting.length === 0) groups.delete(name);
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
    const group = groups.get(name) ?? { waiting: [], inFlight: 0 };
    groups.set(name, group);
    return new Promise<Answer>((resolve, reject) => {
      waitingInAll += 1;
      group.waiting.push({ request, resolve, reject });
      next(name, group);
    });
  };
}
