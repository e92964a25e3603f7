import { type Caller, makeCaller } from "../challenges/caller.js";
import { startProvider } from "../challenges/provider.js";

/** What challenged logins did between a start and the next stop. */
export interface Tally {
  readonly logins: number;
  readonly sendMs: readonly number[];
  readonly verifyMs: readonly number[];
}

/** Calls that one challenged login makes: two evaluations, one send, a wrong code, the right one, one completion. */
export const callsOfLogin = 6;
/** The evaluations among them. */
export const evaluationsOfLogin = 2;

/** What a parent tells this process. */
export type Order =
  | { readonly start: { readonly port: number; readonly secret: string; readonly perSecond: number } }
  | "stop";

/** How many logins may be under way at once; one that finds all callers busy is not made up for. */
const callers = 16;

async function login(caller: Caller, n: number, codeOf: (phone: string) => string | undefined) {
  const phone = `+47${40_000_000 + n}`;
  const attempt = { action: "login", user: `challenged-${n}`, phone };
  const succeed = async (path: string, body: unknown, success: boolean): Promise<number> => {
    const answer = await caller.post(path, body);
    if (answer.body.success !== success) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
    return answer.ms;
  };
  await caller.post("/v2/evaluate", { ...attempt, fingerprint: `home ${n}`, ip: "84.208.20.110" });
  const away = { fingerprint: `new ${n}`, ip: `8.8.${n % 250}.${Math.floor(n / 250) % 250}` };
  const { body } = await caller.post("/v2/evaluate", { ...attempt, ...away });
  if (typeof body.challenge_id !== "string") throw new Error(`no challenge: ${JSON.stringify(body)}`);
  const challenge = `/v2/challenges/${body.challenge_id}`;
  const sendMs = await succeed(`${challenge}/send`, {}, true);
  const code = codeOf(phone) ?? "";
  const wrong = code === "000000" ? "000001" : "000000";
  const verifyMs = [
    await succeed(`${challenge}/verify`, { code: wrong }, false),
    await succeed(`${challenge}/verify`, { code }, true),
  ];
  await succeed(`${challenge}/complete`, {}, true);
  return { sendMs, verifyMs };
}

/**
 * Makes challenged logins at a steady pace between `start` and `stop`, from the new device to the completion, with a provider of its own. Tells its
 * parent the provider's URL first, and a Tally after each stop, when all that it began has ended. Any answer but the one due ends the process.
 */
export async function serveChallenged(): Promise<void> {
  const provider = await startProvider();
  let next = 0;
  let stop = async () => {};

  const start = (port: number, secret: string, perSecond: number) => {
    const idle = Array.from({ length: callers }, () => makeCaller(port, secret));
    const all = [...idle];
    const underWay = new Set<Promise<void>>();
    const done: Awaited<ReturnType<typeof login>>[] = [];
    const timer = setInterval(() => {
      // Each in turn, so that the server closes no connection for being idle.
      const caller = idle.shift();
      if (caller === undefined) return;
      const one = login(caller, next++, (phone) => provider.taken.get(phone)?.code).then((result) => {
        done.push(result);
        idle.push(caller);
        underWay.delete(one);
      });
      underWay.add(one);
    }, 1000 / perSecond);
    stop = async () => {
      clearInterval(timer);
      await Promise.all(underWay);
      for (const caller of all) caller.close();
      const tally: Tally = {
        logins: done.length,
        sendMs: done.map(({ sendMs }) => sendMs),
        verifyMs: done.flatMap(({ verifyMs }) => verifyMs),
      };
      process.send?.(tally);
    };
  };

  process.once("disconnect", () => process.exit(1));
  process.on("message", (order: Order) => {
    if (order === "stop") void stop();
    else start(order.start.port, order.start.secret, order.start.perSecond);
  });
  process.send?.(provider.url);
}
