import { availableParallelism, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { percentile } from "../load/loaders.js";
import { usage } from "../load/processes.js";
import { startService } from "../load/service.js";
import { liftBudgets } from "./budgets.js";
import { type Caller, makeCaller } from "./caller.js";
import { startProvider } from "./provider.js";

const { values } = parseArgs({
  options: {
    challenges: { type: "string", default: "1000" },
    callers: { type: "string", default: "50" },
    /** How many of them ask for codes. */
    senders: { type: "string", default: "20" },
    /** How long the provider takes in each round, in milliseconds. */
    provider: { type: "string", default: "0,200,0" },
  },
});
const challenges = Number(values.challenges);
const callers = Number(values.callers);
const sendCallers = Number(values.senders);
const delays = values.provider.split(",").map(Number);

const provider = await startProvider();
const { taken } = provider;

/** Does the work for each of the indexes; each caller takes the next one. */
async function spread<T>(
  callers: readonly Caller[],
  count: number,
  work: (caller: Caller, index: number) => Promise<T>,
): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const lane = async (caller: Caller) => {
    for (let index = next++; index < count; index = next++) results[index] = await work(caller, index);
  };
  await Promise.all(callers.map(lane));
  return results;
}

function line(name: string, times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) => percentile(sorted, share).toFixed(1);
  return `${name.padEnd(46)} ${String(sorted.length).padStart(6)} calls   median ${at(0.5)} ms   95 % ${at(0.95)} ms   99 % ${at(0.99)} ms`;
}

const phoneOf = (index: number) => `+47${90_000_000 + index}`;

/** Opens challenges for users of their own, with a code on its way for each. Answers their ids and what sending took beyond the provider's time. */
async function open(callers: readonly Caller[], from: number, sendDelayMs: number) {
  const ids = await spread(callers.slice(0, 8), challenges, async (caller, n) => {
    const index = from + n;
    const attempt = { action: "login", user: `user-${index}`, phone: phoneOf(index) };
    await caller.post("/v2/evaluate", { ...attempt, fingerprint: `home ${index}`, ip: "84.208.20.110" });
    const { body } = await caller.post("/v2/evaluate", {
      ...attempt,
      fingerprint: `new ${index}`,
      ip: `8.8.${index % 250}.${(index >> 3) % 250}`,
    });
    if (typeof body.challenge_id !== "string") throw new Error(JSON.stringify(body));
    return body.challenge_id;
  });
  provider.take(sendDelayMs);
  const sends = await spread(callers.slice(0, sendCallers), challenges, async (caller, n) => {
    const { ms, body } = await caller.post(`/v2/challenges/${ids[n]}/send`, {});
    if (body.success !== true) throw new Error(JSON.stringify(body));
    return ms - (taken.get(phoneOf(from + n))?.ms ?? 0);
  });
  return { ids, sends };
}

async function main(): Promise<void> {
  const service = await startService(() => ({ SMS_URL: provider.url, LOG_LEVEL: "silent" }));
  const { port, secret } = service;
  const serverPid = service.child.pid ?? 0;
  try {
    await liftBudgets(service.env);
    const everyone = Array.from({ length: callers }, () => makeCaller(port, secret));

    const print = (text: string) => process.stdout.write(`${text}\n`);
    for (const [round, delayMs] of delays.entries()) {
      const from = round * challenges;
      const { ids, sends } = await open(everyone, from, delayMs);
      const codeOf = (n: number) => taken.get(phoneOf(from + n))?.code ?? "";
      const verify = async (caller: Caller, n: number, code: string, success: boolean) => {
        const { ms, body } = await caller.post(`/v2/challenges/${ids[n]}/verify`, { code });
        if (body.success !== success) throw new Error(JSON.stringify(body));
        return ms;
      };
      const wrong = (n: number) => (codeOf(n) === "000000" ? "000001" : "000000");
      const wrongs = await spread(everyone, challenges, (caller, n) => verify(caller, n, wrong(n), false));
      const before = { at: performance.now(), cpu: usage(serverPid).cpuSeconds };
      const rights = await spread(everyone, challenges, (caller, n) => verify(caller, n, codeOf(n), true));
      const took = performance.now() - before.at;
      const cpu = ((usage(serverPid).cpuSeconds - before.cpu) * 1000) / challenges;
      const alone = await spread(everyone.slice(0, 1), Math.min(200, challenges), (caller, n) =>
        verify(caller, n, codeOf(n), false),
      );

      print(
        `provider takes ${delayMs} ms${round === 0 && delays.length > 1 ? " (the server is still cold)" : ""}`,
      );
      print(line(`send beyond the provider's time, ${sendCallers} callers`, sends));
      print(line(`verify, wrong, ${callers} callers`, wrongs));
      print(line(`verify, right, ${callers} callers`, rights));
      print(line("verify, used up, 1 caller", alone));
      print(
        `${((challenges / took) * 1000).toFixed(0)} right codes a second, ${cpu.toFixed(2)} ms of the server's processor time each; ` +
          `load average ${loadavg()[0]?.toFixed(1)} on ${availableParallelism()} processors, shared with callers, provider and PostgreSQL`,
      );
    }
    for (const caller of everyone) caller.close();
  } finally {
    await service.end();
    provider.close();
  }
}

main().then(
  () => process.exit(0),
  (error) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  },
);
