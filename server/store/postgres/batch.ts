import { AppError } from "../../errors.js";

/** How requests are joined. */
export interface BatchOptions<Request, Answer> {
  /** Handles several requests in one go and answers them in the same order. When it rejects, `alone` says what to do. */
  readonly run: (requests: readonly Request[]) => Promise<readonly Answer[]>;
  /** Most requests of one batch. */
  readonly maxBatch: number;
  /** Most batches under way at once. */
  readonly maxInFlight: number;
  /** Most requests that wait; one more is refused at once. */
  readonly maxWaiting: number;
  /** Whether a batch that failed like this is to be tried request by request, so that one bad request does not fail the others. */
  readonly alone: (error: unknown) => boolean;
}

interface Waiting<Request, Answer> {
  readonly request: Request;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Joins concurrent requests. A request that finds nothing under way starts at once; those that arrive while `maxInFlight` batches are under way
 * form the next one. So an idle server adds no delay, and a busy one pays for one statement where there were many. Rejects with `overloaded`
 * when too many wait already.
 */
export function createBatch<Request, Answer>(
  options: BatchOptions<Request, Answer>,
): (request: Request) => Promise<Answer> {
  const { run, maxBatch, maxInFlight, maxWaiting, alone } = options;
  let waiting: Waiting<Request, Answer>[] = [];
  let inFlight = 0;

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
      if (answers.length !== batch.length)
        throw new Error(`a batch of ${batch.length} got ${answers.length} answers`);
      for (const [index, { resolve }] of batch.entries()) resolve(answers[index] as Answer);
    } catch (error) {
      if (batch.length > 1 && alone(error)) await Promise.all(batch.map(runOne));
      else for (const { reject } of batch) reject(error);
    }
  };

  const next = (): void => {
    while (inFlight < maxInFlight && waiting.length > 0) {
      const batch = waiting.slice(0, maxBatch);
      waiting = waiting.slice(maxBatch);
      inFlight += 1;
      void runAll(batch).finally(() => {
        inFlight -= 1;
        next();
      });
    }
  };

  return (request) => {
    if (waiting.length >= maxWaiting) {
      return Promise.reject(
        new AppError("overloaded", "The server has more calls waiting than it can take; try again shortly.", {
          retryAfterSeconds: 1,
        }),
      );
    }
    return new Promise<Answer>((resolve, reject) => {
      waiting.push({ request, resolve, reject });
      next();
    });
  };
}
